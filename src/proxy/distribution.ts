/**
 * Bringing to a worker what an instance needs, before it is started: configurations, backgrounds, scripts and libraries. The
 * worker is asked for fingerprints first, and only what is missing or different is sent.
 */
import type { InstanceClient, PipelineClient } from '../client/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson, type JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { type BackgroundStore, type LibraryStore, type ScriptStore, tagOf } from '../storage/index.js';
import type { Deletions, Item } from './deletions.js';
import type { ServerWatch } from './server-watch.js';

/** What an instance needs besides the worker's own program. */
export interface Parcel {
  readonly configuration: { readonly name: string; readonly config: JsonObject } | null;
  readonly backgrounds: readonly string[];
  /** File names. */
  readonly scripts: readonly string[];
  readonly libraries: readonly string[];
}

export interface DistributionOptions {
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  /** Null: workers of this family have none. */
  readonly libraries: LibraryStore | null;
  /** Names of the stored configurations, and one as the worker of that address shall have it. */
  readonly configurations: {
    names(): Promise<string[]>;
    forWorker(name: string, address: string): Promise<JsonObject>;
  };
  readonly deletions: Deletions;
  readonly log: Logger;
}

/** Milliseconds until a failed transfer is tried again. */
const RETRY_DELAYS = [100, 400];
/** Transfers to one worker at the same time. */
const PARALLEL = 4;
/** Names in one question for fingerprints. */
const ITEMS_PER_QUESTION = 200;
/** Milliseconds that a request waits for slow workers; the transfer itself goes on. */
const PATIENCE = 3000;
/** Errors of the way to a worker, as opposed to what the worker says. */
const TRANSPORT_ERRORS = ['SERVER_UNREACHABLE', 'SERVER_TIMEOUT'];

export class Distribution {
  /** Addresses of workers that something could not be sent to. */
  private readonly outdated = new Set<string>();

  constructor(private readonly options: DistributionOptions) {}

  /**
   * Sends what the worker does not have as it is here. A background that is missing here is left out: the stream reports it.
   * @throws CamServerError when code or configuration could not be sent
   */
  async deliver(watch: ServerWatch, parcel: Parcel): Promise<void> {
    const { configuration } = parcel;
    const items: Item[] = [
      ...parcel.backgrounds.map((name): Item => ['background', name]),
      ...parcel.scripts.map((name): Item => ['script', name]),
      ...parcel.libraries.map((name): Item => ['library', name]),
    ];
    const asked: Item[] = configuration === null ? items : [...items, ['configuration', configuration.name]];
    const present = await this.digestsOf(watch, asked);
    await inParallel(items, async (item, index) => {
      if ((await this.digest(item, watch.address)) !== present[index]) await this.send(watch.client, item);
    });
    // last, so that a worker never has a configuration whose parts are missing
    if (configuration !== null && tagOf(formatJson(configuration.config, 1)) !== present[items.length]) {
      await retried(() => watch.client.saveConfig(configuration.name, configuration.config));
    }
  }

  /** Sends one item to all workers; those that fail are served when they return. */
  async broadcast(watches: readonly ServerWatch[], item: Item): Promise<void> {
    await this.options.deletions.revoke(item);
    await this.onAll(watches, item, (watch) => this.send(watch.client, item));
  }

  /** Deletes one item on all workers; those that fail are served when they return. */
  async withdraw(watches: readonly ServerWatch[], item: Item): Promise<void> {
    await this.options.deletions.note(item);
    await this.onAll(watches, item, (watch) => this.remove(watch.client, item));
  }

  /** Whether something could not be sent to the worker of that address since it was last repaired. */
  isOutdated(address: string): boolean {
    return this.outdated.has(address);
  }

  /**
   * Brings a worker up to date that was away: code as it is here, configurations that it has but that were changed or deleted
   * here, and deletions that it missed.
   */
  async repair(watch: ServerWatch): Promise<void> {
    const { log, scripts, libraries, configurations } = this.options;
    this.outdated.delete(watch.address);
    try {
      await this.removeDeleted(watch);
      const code: Item[] = [
        ...(await scripts.names()).map((name): Item => ['script', name]),
        ...((await libraries?.names()) ?? []).map((name): Item => ['library', name]),
      ];
      await this.sendDifferent(watch, code);
      const known = new Set(await configurations.names());
      const held = await watch.client.configNames();
      for (const name of held) if (!known.has(name)) await this.remove(watch.client, ['configuration', name]);
      await this.sendDifferent(
        watch,
        held.filter((name) => known.has(name)).map((name): Item => ['configuration', name]),
      );
    } catch (error) {
      this.outdated.add(watch.address);
      log.warning(`${watch.address} could not be brought up to date: ${errorText(error)}`);
    }
  }

  /** What was deleted here and has not come back, where the worker still has it or cannot tell. */
  private async removeDeleted(watch: ServerWatch): Promise<void> {
    const deleted: Item[] = [];
    for (const item of await this.options.deletions.all()) {
      if ((await this.digest(item, watch.address)) === null) deleted.push(item);
    }
    const present = await this.fingerprints(watch, deleted);
    await inParallel(deleted, async (item, index) => {
      if (present[index] !== null) await this.remove(watch.client, item);
    });
  }

  private async sendDifferent(watch: ServerWatch, items: readonly Item[]): Promise<void> {
    const present = await this.digestsOf(watch, items);
    await inParallel(items, async (item, index) => {
      if ((await this.digest(item, watch.address)) !== present[index]) await this.send(watch.client, item);
    });
  }

  private async onAll(
    watches: readonly ServerWatch[],
    [kind, name]: Item,
    work: (watch: ServerWatch) => Promise<void>,
  ): Promise<void> {
    const done = Promise.all(
      watches.map(async (watch) => {
        try {
          if (watch.reachability === 'unreachable') throw new Error('it cannot be reached');
          await work(watch);
        } catch (error) {
          this.outdated.add(watch.address);
          this.options.log.warning(
            `${kind} ${name} is not up to date on ${watch.address}: ${errorText(error)}`,
          );
        }
      }),
    );
    await withPatience(done);
  }

  /** Workers that cannot tell are taken to have nothing. */
  private async digestsOf(watch: ServerWatch, items: readonly Item[]): Promise<(string | null)[]> {
    return (await this.fingerprints(watch, items)).map((digest) => digest ?? null);
  }

  /** Null: the worker does not have it; undefined: it cannot tell (older ones). */
  private async fingerprints(
    watch: ServerWatch,
    items: readonly Item[],
  ): Promise<(string | null | undefined)[]> {
    const digests: (string | null | undefined)[] = [];
    for (let start = 0; start < items.length; start += ITEMS_PER_QUESTION) {
      const part = items.slice(start, start + ITEMS_PER_QUESTION);
      try {
        digests.push(...(await retried(() => watch.client.contentDigests(part))));
      } catch (error) {
        if (isTransportError(error)) throw error;
        digests.push(...part.map(() => undefined));
      }
    }
    return digests;
  }

  private async digest([kind, name]: Item, address: string): Promise<string | null> {
    const { backgrounds, scripts, libraries, configurations } = this.options;
    switch (kind) {
      case 'background':
        return backgrounds.digest(name);
      case 'script':
        return scripts.digest(name);
      case 'library':
        return (await libraries?.digest(name)) ?? null;
      case 'configuration':
        return tagOf(formatJson(await configurations.forWorker(name, address), 1));
    }
  }

  private async send(client: InstanceClient, [kind, name]: Item): Promise<void> {
    const { backgrounds, scripts, libraries, configurations, log } = this.options;
    if (kind === 'background') {
      try {
        const image = await backgrounds.load(name);
        await retried(() => client.storeBackground(name, image));
      } catch (error) {
        log.warning(`Background ${name} was not sent to ${client.address}: ${errorText(error)}`);
      }
    } else if (kind === 'configuration') {
      const config = await configurations.forWorker(name, client.address);
      await retried(() => client.saveConfig(name, config));
    } else if (kind === 'script') {
      const { content } = await scripts.read(name);
      await retried(() => client.storeScript(name, content));
    } else if (libraries !== null) {
      const { content } = await libraries.read(name);
      await retried(() => (client as PipelineClient).storeLibrary(name, content));
    }
  }

  /** What the worker does not have is deleted there already. */
  private async remove(client: InstanceClient, [kind, name]: Item): Promise<void> {
    try {
      if (kind === 'configuration') await client.deleteConfig(name);
      else if (kind === 'script') await client.deleteScript(name);
      else if (kind === 'library') await (client as PipelineClient).deleteLibrary(name);
    } catch (error) {
      if (isTransportError(error)) throw error;
    }
  }
}

async function withPatience(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}

function isTransportError(error: unknown): boolean {
  return error instanceof CamServerError && TRANSPORT_ERRORS.includes(error.code);
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (const delay of RETRY_DELAYS) {
    try {
      return await work();
    } catch (error) {
      if (!isTransportError(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  return work();
}

async function inParallel<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, lane));
}
