/**
 * The servers of a manager or proxy: one watch per enabled server, which follows changes of the pool at run time, and the
 * snapshots that placement decides on.
 */
import type { InstanceClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import type { ClusterEvent, WorkerView } from './cluster-view.js';
import type { RunningInstance, ServerSnapshot } from './placement.js';
import { compactName, findServer, type PoolServer } from './pool-configuration.js';
import { Reservations } from './reservations.js';
import { type ServerReport, ServerWatch } from './server-watch.js';

export interface PoolOptions<Client extends InstanceClient> {
  readonly createClient: (address: string) => Client;
  /** Milliseconds between polls of one server, and for one of them. */
  readonly pollInterval: number;
  readonly infoTimeout: number;
  readonly log: Logger;
  readonly emit: (event: ClusterEvent) => void;
}

/** A server with what is configured for it. */
export interface PoolMember<Client extends InstanceClient = InstanceClient> {
  readonly settings: PoolServer;
  readonly watch: ServerWatch<Client>;
}

export interface LocatedInstance<Client extends InstanceClient = InstanceClient> {
  readonly watch: ServerWatch<Client>;
  readonly record: JsonObject;
}

export class Pool<Client extends InstanceClient = InstanceClient> {
  readonly reservations = new Reservations();
  private list: PoolMember<Client>[] = [];
  private closed = false;

  constructor(private readonly options: PoolOptions<Client>) {}

  /** Takes over a pool: watches of servers that stay are kept. */
  configure(servers: readonly PoolServer[]): void {
    const present = new Map(this.list.map((member) => [member.settings.address, member.watch]));
    this.list = servers.map((settings) => ({
      settings,
      watch: present.get(settings.address) ?? this.watch(settings.address),
    }));
    const kept = new Set(this.list.map((member) => member.watch));
    for (const watch of present.values()) if (!kept.has(watch)) watch.close();
    this.options.emit({ type: 'pool', servers: servers.map((server) => server.address) });
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** In the order of the configuration. */
  members(): readonly PoolMember<Client>[] {
    return this.list;
  }

  watches(): ServerWatch<Client>[] {
    return this.list.map((member) => member.watch);
  }

  /** The watch of an address; null when it is not in the pool. */
  watchOf(address: string): ServerWatch<Client> | null {
    return this.list.find((member) => member.settings.address === address)?.watch ?? null;
  }

  /**
   * The server that a path names, by index or compact name.
   * @throws CamServerError with the texts that clients know
   */
  find(text: string): ServerWatch<Client> {
    return findServer(
      this.list.map((member) => member.watch),
      text,
    );
  }

  /**
   * Asks all servers anew. Those that are unreachable are not waited for, unless all are: then they may just have been
   * started together with this one.
   */
  async refresh(): Promise<void> {
    const waited = this.watches().filter((watch) => watch.reachability !== 'unreachable');
    const asked = waited.length > 0 ? waited : this.watches();
    await Promise.all(asked.map((watch) => watch.refresh()));
  }

  /** Waits only for servers on which something was changed from here since they were last asked. */
  async caughtUp(): Promise<void> {
    const behind = this.watches().filter((watch) => watch.isBehind && watch.reachability !== 'unreachable');
    await Promise.all(behind.map((watch) => watch.refresh()));
  }

  /** Resolves when each server has answered or was found unreachable, or the pool was closed. */
  async settled(): Promise<void> {
    await this.refresh();
    if (this.closed) return;
    if (this.watches().some((watch) => watch.reachability === 'suspect')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await this.settled();
    }
  }

  /** The first server in pool order on which the instance runs. */
  locate(name: string): LocatedInstance<Client> | null {
    for (const watch of this.watches()) {
      const record = watch.current.instances[name];
      if (record !== undefined && Object.hasOwn(watch.current.instances, name)) return { watch, record };
    }
    return null;
  }

  /** All servers on which the instance runs. */
  locateAll(name: string): LocatedInstance<Client>[] {
    return this.watches().flatMap((watch) => {
      const instances = watch.current.instances;
      return Object.hasOwn(instances, name) ? [{ watch, record: instances[name] as JsonObject }] : [];
    });
  }

  snapshots(): ServerSnapshot[] {
    return this.list.map(({ settings, watch }) => {
      const report = watch.current;
      const reserved = this.reservations.at(settings.address);
      const onTheirWay = reserved.filter(({ name }) => !Object.hasOwn(report.instances, name));
      return {
        ...settings,
        isReachable: watch.isReachable,
        instances: Object.entries(report.instances).map(([name, record]) => runningInstance(name, record)),
        reserved,
        cpu: report.cpu,
        memory: report.memory,
        traffic: sum(Object.values(report.instances).map(throughputOf)) + sum(onTheirWay.map(weightOf)),
      };
    });
  }

  view(): WorkerView[] {
    return this.list.map(({ settings, watch }) => {
      const { reachability, age, fault, current } = watch;
      return {
        ...settings,
        ...current,
        compactName: compactName(settings.address),
        reachability,
        age,
        fault,
        reserved: this.reservations.at(settings.address).map((reservation) => reservation.name),
      };
    });
  }

  close(): void {
    this.closed = true;
    for (const watch of this.watches()) watch.close();
  }

  private watch(address: string): ServerWatch<Client> {
    const { createClient, pollInterval, infoTimeout, log, emit } = this.options;
    const watch: ServerWatch<Client> = new ServerWatch({
      address,
      client: createClient(address),
      interval: pollInterval,
      timeout: infoTimeout,
      onReport: (report, previous) => this.reported(address, report, previous),
      onReachability: (reachability, reason) => {
        const text = `Server ${address} is ${reachability}${reason === null ? '' : `: ${reason}`}`;
        // a server that was never heard of is often just being started
        const isExpected = reachability === 'reachable' || watch.age === null;
        if (isExpected) log.info(text);
        else log.warning(text);
        emit({ type: 'worker', server: address, reachability, reason });
      },
    });
    return watch;
  }

  private reported(server: string, report: ServerReport, previous: ServerReport | null): void {
    const { emit, log } = this.options;
    const before = previous?.instances ?? {};
    if (previous !== null && previous.bootId !== report.bootId) {
      log.warning(`Server ${server} was restarted.`);
      emit({ type: 'worker restarted', server });
    }
    for (const name of Object.keys(report.instances)) {
      if (!Object.hasOwn(before, name)) emit({ type: 'instance started', server, name });
    }
    for (const name of Object.keys(before)) {
      if (!Object.hasOwn(report.instances, name)) emit({ type: 'instance ended', server, name });
    }
    emit({ type: 'polled', server });
  }
}

/** Bytes per second that an instance receives. */
export function throughputOf(record: JsonObject): number {
  const throughput = (record.statistics as JsonObject | undefined)?.throughput;
  return typeof throughput === 'number' ? throughput : 0;
}

function runningInstance(name: string, record: JsonObject): RunningInstance {
  return { name, cameraName: typeof record.camera_name === 'string' ? record.camera_name : null };
}

function weightOf({ weight }: { readonly weight: number }): number {
  return weight;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
