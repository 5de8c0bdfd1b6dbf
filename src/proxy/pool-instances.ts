/**
 * The instances of all servers of a pool, seen as those of one server: what managers and proxies of both families have in
 * common (`rest-api.md` 3, 6.1 to 6.7).
 */
import type { InstanceClient } from '../client/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import { formatJson, type JsonObject, PreparedJson } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import type { WorkerView } from './cluster-view.js';
import type { LocatedInstance, Pool } from './pool.js';
import type { ServerWatch } from './server-watch.js';

/** What clients know as the load of a server that cannot be reached. */
const UNREACHABLE_LOAD = 1000;

export class PoolInstances<Client extends InstanceClient = InstanceClient> {
  /** Records as JSON, by the report they belong to. */
  private readonly texts = new WeakMap<WorkerView['instances'], string>();

  /** @param onStop told of every instance that is about to be stopped on purpose */
  constructor(
    private readonly pool: Pool<Client>,
    private readonly onStop: (name: string) => void = () => {},
  ) {}

  /** The merged view of all servers (`rest-api.md` 9.4), from memory; `age` says how many seconds old each part is. */
  async info(): Promise<JsonObject> {
    await this.pool.caughtUp();
    const active = Object.assign({}, ...this.pool.view().map(withHost)) as JsonObject;
    return { active_instances: active, servers: this.servers() };
  }

  /** The same to be written as JSON; records that were written before are not formatted again. */
  async infoText(): Promise<PreparedJson> {
    await this.pool.caughtUp();
    const workers = this.pool.view();
    const names = workers.flatMap(({ instances }) => Object.keys(instances));
    if (new Set(names).size < names.length) return new PreparedJson(formatJson(await this.info()));
    const records = workers.map((worker) => this.recordsText(worker)).filter((text) => text !== '');
    const servers = formatJson(this.servers());
    return new PreparedJson(`{"active_instances": {${records.join(', ')}}, "servers": ${servers}}`);
  }

  /** The records of one server without the braces around them. */
  private recordsText(worker: WorkerView): string {
    const known = this.texts.get(worker.instances);
    if (known !== undefined) return known;
    const text = formatJson(withHost(worker)).slice(1, -1);
    this.texts.set(worker.instances, text);
    return text;
  }

  private servers(): JsonObject {
    const servers: JsonObject = {};
    for (const worker of this.pool.view()) {
      const isReachable = worker.reachability !== 'unreachable';
      const names = Object.keys(worker.instances);
      servers[worker.address] = {
        instances: names,
        load: isReachable && worker.age !== null ? names.length : null,
        version: isReachable ? worker.version : null,
        cpu: worker.cpu,
        memory: worker.memory,
        tx: worker.tx,
        rx: worker.rx,
        state: worker.reachability,
        age: worker.age === null ? null : Math.round(worker.age) / 1000,
      };
    }
    return servers;
  }

  /** Parallel lists in the order of the pool. */
  async columns(): Promise<JsonObject> {
    await this.pool.caughtUp();
    const workers = this.pool.view();
    const isUp = workers.map(({ reachability, age }) => reachability !== 'unreachable' && age !== null);
    return {
      servers: workers.map(({ address }) => address),
      load: workers.map(({ instances }, index) =>
        isUp[index] ? Object.keys(instances).length : UNREACHABLE_LOAD,
      ),
      instances: workers.map(({ instances }) => Object.keys(instances)),
      version: workers.map(({ version }) => version),
      cpu: workers.map(({ cpu }) => cpu),
      memory: workers.map(({ memory }) => memory),
      tx: workers.map(({ tx }) => tx),
      rx: workers.map(({ rx }) => rx),
    };
  }

  /** Server → instances with their records; null for a server that cannot be reached. */
  async status(): Promise<JsonObject> {
    await this.pool.caughtUp();
    return Object.fromEntries(
      this.pool
        .view()
        .map(({ address, reachability, age, instances }) => [
          address,
          reachability === 'unreachable' || age === null ? null : { ...instances },
        ]),
    );
  }

  async heartbeatInstances(): Promise<string[]> {
    await this.pool.caughtUp();
    return [...new Set(this.pool.view().flatMap(({ instances }) => Object.keys(instances)))].sort();
  }

  /** The record of a running instance, from memory; null when it runs nowhere. */
  async record(name: string): Promise<JsonObject | null> {
    await this.pool.caughtUp();
    return this.pool.locate(name)?.record ?? null;
  }

  /** After a fresh look; null when it runs nowhere. */
  async locate(name: string): Promise<LocatedInstance<Client> | null> {
    await this.pool.refresh();
    return this.pool.locate(name);
  }

  /** @throws CamServerError `Instance '<id>' does not exist.` */
  async require(name: string): Promise<LocatedInstance<Client>> {
    const located = await this.locate(name);
    if (located !== null) return located;
    throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${name}' does not exist.`);
  }

  /** The record of a running instance, with the address of its server. @throws as `require` */
  async recordWithHost(name: string): Promise<JsonObject> {
    const { record, watch } = await this.require(name);
    return { ...record, host: watch.address };
  }

  /** Everywhere, at the same time; servers that cannot be reached are passed over. */
  async stopAll(): Promise<void> {
    await Promise.allSettled(this.pool.watches().map((watch) => this.stopAllOn(watch)));
  }

  async stopAllOn(watch: ServerWatch<Client>): Promise<void> {
    if (watch.reachability === 'unreachable') return;
    for (const name of Object.keys(watch.current.instances)) this.onStop(name);
    await this.changing(watch, () => watch.client.stopAllInstances());
  }

  /** On every server that runs or starts it. Unknown names succeed. */
  async stop(name: string): Promise<void> {
    await this.everywhere(name, (client) => client.stopInstance(name));
  }

  async delete(name: string): Promise<void> {
    await this.everywhere(name, (client) => client.deleteInstance(name));
  }

  async stopOn(watch: ServerWatch<Client>, name: string): Promise<void> {
    await this.changing(watch, () => watch.client.stopInstance(name));
  }

  /** From the server where it runs; of an ended one from the first server that remembers it. */
  async instanceLogs(name: string): Promise<readonly LogRecord[]> {
    const located = this.pool.locate(name);
    if (located !== null) return located.watch.client.instanceLogs(name);
    const reachable = this.pool.watches().filter((watch) => watch.isReachable);
    const logs = await Promise.allSettled(reachable.map((watch) => watch.client.instanceLogs(name)));
    return (
      logs.flatMap((log) => (log.status === 'fulfilled' && log.value.length > 0 ? [log.value] : []))[0] ?? []
    );
  }

  private async everywhere(name: string, order: (client: Client) => Promise<void>): Promise<void> {
    this.onStop(name);
    await this.pool.refresh();
    const holders = new Set(this.pool.locateAll(name).map(({ watch }) => watch));
    for (const watch of this.pool.watches()) {
      const isOnItsWay = this.pool.reservations.at(watch.address).some((item) => item.name === name);
      if (isOnItsWay) holders.add(watch);
    }
    const failures: string[] = [];
    await Promise.all(
      [...holders].map((watch) =>
        this.changing(watch, () => order(watch.client)).catch((error) => failures.push(errorText(error))),
      ),
    );
    if (failures.length > 0) throw new CamServerError('STOP_FAILED', failures.join(' '));
  }

  /** What is read after the change shows it. */
  private async changing<T>(watch: ServerWatch<Client>, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      watch.invalidate();
    }
  }
}

/** The records of a server with its address. */
function withHost({ instances, address }: WorkerView): JsonObject {
  return Object.fromEntries(
    Object.entries(instances).map(([name, record]) => [name, { ...record, host: address }]),
  );
}
