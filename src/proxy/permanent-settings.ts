/** The stored list of permanent instances, and the one in force. */
import { join } from 'node:path';
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { noteChange } from '../common/request-context.js';
import { type Change, documentTag, requireExpectedTag } from '../storage/index.js';
import { readControlFile, writeControlFile } from './control-file.js';
import type { PermanentInstances } from './permanent.js';
import { formatPermanentList, type PermanentEntry, parsePermanentList } from './permanent-list.js';
import type { AssignmentStore } from './permanent-options.js';
import type { PermanentListAccess } from './routes/service.js';

/** Milliseconds until a list that could not be read is tried again. */
const RETRY = 2000;

export class PermanentSettings implements PermanentListAccess {
  private readonly path: string;
  private lastChange: Promise<unknown> = Promise.resolve();
  /** Why the stored list is not in force; null when it is. */
  private fault: CamServerError | null = null;
  private nextTry: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    configFolder: string,
    private readonly instances: PermanentInstances,
    private readonly log: Logger,
  ) {
    this.path = join(configFolder, 'permanent_instances.json');
  }

  /** Reads the stored list, before anybody can ask for it; the file is not touched. */
  async load(): Promise<void> {
    await this.instances.load((await this.stored()) ?? []);
  }

  /** Has the list kept running. One that cannot be read is tried again until it can, or is replaced. */
  async begin(): Promise<void> {
    await this.instances.begin();
    if (this.fault !== null) this.tryAgainLater();
  }

  /** @throws CamServerError while the stored list cannot be read: shown as empty it would be saved as empty */
  read(): JsonObject {
    if (this.fault !== null) throw this.fault;
    return this.inForce();
  }

  close(): void {
    this.isClosed = true;
    if (this.nextTry !== null) clearTimeout(this.nextTry);
  }

  /**
   * Stores and applies a list, entries with missing configuration included.
   * @param change with a tag: only the list that has it is replaced
   * @throws CamServerError naming the entry that is wrong; CONFLICT
   */
  replace(list: JsonObject, change?: Change): Promise<JsonObject> {
    const result = this.lastChange.then(async () => {
      const entries = parsePermanentList(list);
      const before = documentTag(this.inForce());
      requireExpectedTag('permanent_instances', before, change);
      await writeControlFile(this.path, formatPermanentList(entries));
      const after = documentTag(formatPermanentList(entries));
      noteChange({ target: 'permanent instances', before, after });
      this.fault = null;
      await this.instances.apply(entries);
      return this.inForce();
    });
    this.lastChange = result.catch(() => {});
    return result;
  }

  isPermanent(instance: string): boolean {
    return this.instances.entryOf(instance) !== null;
  }

  private inForce(): JsonObject {
    return formatPermanentList(this.instances.entries());
  }

  /** Null, with the reason in `fault`, when it cannot be read. */
  private async stored(): Promise<PermanentEntry[] | null> {
    try {
      const entries = parsePermanentList((await readControlFile(this.path)) ?? {});
      this.fault = null;
      return entries;
    } catch (error) {
      const text = `The permanent instances are not started: ${errorText(error)}`;
      if (this.fault?.message !== text) this.log.error(text);
      this.fault = new CamServerError('CONTROL_FILE', text);
      return null;
    }
  }

  private tryAgainLater(): void {
    if (this.isClosed) return;
    this.nextTry = setTimeout(() => {
      this.lastChange = this.lastChange.then(() => this.tryAgain()).catch(() => {});
    }, RETRY);
    this.nextTry.unref();
  }

  private async tryAgain(): Promise<void> {
    if (this.fault === null) return;
    const entries = await this.stored();
    if (entries === null) this.tryAgainLater();
    else await this.instances.apply(entries);
  }
}

/** Keeps in `<config folder>/.cluster/assignments.json` where each permanent instance was last started. */
export function assignmentFile(configFolder: string, log: Logger): AssignmentStore {
  const path = join(configFolder, '.cluster', 'assignments.json');
  let last: Promise<void> = Promise.resolve();
  return {
    load: async () => {
      try {
        const stored = (await readControlFile(path)) ?? {};
        return new Map(Object.entries(stored).map(([name, server]) => [name, String(server)]));
      } catch (error) {
        log.warning(errorText(error));
        return new Map();
      }
    },
    save: (assignments) => {
      const document = Object.fromEntries(assignments);
      last = last.catch(() => {}).then(() => writeControlFile(path, document));
      return last;
    },
  };
}
