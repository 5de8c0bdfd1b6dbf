/**
 * Supervises the instances of one server: one process each, at most one per name. All decisions about a name are taken in one
 * turn of the event loop, so that simultaneous calls cannot produce a second process, or one without a handle.
 */
import { CamServerError } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import { noteChange } from '../common/request-context.js';
import { HostPool } from './host-pool.js';
import { Instance, type InstanceTimeouts } from './instance.js';
import type { RequestAnswer } from './pending-requests.js';
import { PortAllocator } from './ports.js';
import { PortReservations } from './reservations.js';
import { isActive } from './state.js';
import { SupervisorCounts } from './supervisor-counts.js';
import {
  DEFAULT_ENDED_RECORDS,
  DEFAULT_NODE_OPTIONS,
  DEFAULT_TIMEOUTS,
  type Prepare,
  type SupervisorOptions,
} from './supervisor-options.js';
import type { StopTimeouts } from './termination.js';
import type { LogRecord } from './types.js';
import { UsageMonitor } from './usage-monitor.js';

interface PendingStart {
  readonly result: Promise<Instance>;
  readonly abort: AbortController;
}

/** A server that ends has 10 s for everything. */
const DRAIN_TIMEOUTS: StopTimeouts = { stop: 7000, kill: 1500 };
const DEFAULT_REQUEST_TIMEOUT = 10_000;
export class Supervisor {
  readonly counts = new SupervisorCounts();
  /** How many people look at an instance; set by whoever shows instances. */
  viewersOf: (name: string) => number = () => 0;
  readonly hosts: HostPool;
  readonly ports: PortReservations;
  /** By name, the ones that ended longest ago first among the ended. */
  private readonly instances = new Map<string, Instance>();
  private readonly pending = new Map<string, PendingStart>();
  private readonly usage = new UsageMonitor();
  private debug: boolean;
  private readonly timeouts: InstanceTimeouts;
  private isClosing = false;

  constructor(private readonly options: SupervisorOptions) {
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.debug = options.debug ?? false;
    this.hosts = new HostPool(
      {
        spares: options.spares ?? 1,
        preload: options.preload ?? [],
        nodeOptions: options.nodeOptions ?? DEFAULT_NODE_OPTIONS,
      },
      options.log,
    );
    this.ports = new PortReservations(
      new PortAllocator(options.portRange, options.address),
      options.portPolicy,
    );
  }

  /**
   * The running instance of that name, or a new one. Calls for the same name at the same time share one start; an instance
   * that is being stopped is waited for and started again.
   * @param kind of what is wanted now; a running instance of another kind is replaced. Null: any will do
   * @throws CamServerError with the texts of the contract, and whatever `prepare` throws
   */
  start(name: string, prepare: Prepare, kind: string | null = null): Promise<Instance> {
    const pending = this.pending.get(name);
    if (pending !== undefined) return pending.result;
    const present = this.instances.get(name);
    if (present?.state === 'running' && (kind === null || present.specification.kind === kind)) {
      return Promise.resolve(present);
    }
    return this.begin(name, prepare);
  }

  /**
   * A new instance of a name that is free.
   * @throws CamServerError when an instance of that name runs or is being started, and as `start`
   */
  create(name: string, prepare: Prepare): Promise<Instance> {
    if (this.pending.has(name) || this.instances.get(name)?.state === 'running') {
      return Promise.reject(
        new CamServerError(
          'INSTANCE_EXISTS',
          `Instance with id '${name}' is already present and running. Use another instance_id or stop the current instance if you want to reuse the same instance_id.`,
        ),
      );
    }
    return this.begin(name, prepare);
  }

  /** The present or last instance of that name; null if there was none, or too long ago. */
  get(name: string): Instance | null {
    return this.instances.get(name) ?? null;
  }

  /** Instances that are starting or running, in the order of their start. */
  active(): Instance[] {
    return [...this.instances.values()].filter((instance) => isActive(instance.state));
  }

  /** All that are known, ended ones included. */
  all(): Instance[] {
    return [...this.instances.values()];
  }

  /**
   * The instance of that name, active or ended.
   * @throws CamServerError `Instance '<id>' does not exist.`
   */
  require(name: string): Instance {
    const instance = this.get(name);
    if (instance === null) {
      throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${name}' does not exist.`);
    }
    return instance;
  }

  /** The log of the present or last instance of that name; empty for an unknown one. */
  logs(name: string): readonly LogRecord[] {
    return this.get(name)?.logs ?? [];
  }

  /** Stops an instance, also one that is being started, and waits until its process has ended. Unknown names are no error. */
  async stop(name: string, timeouts: StopTimeouts = this.timeouts): Promise<void> {
    const pending = this.pending.get(name);
    pending?.abort.abort(terminated(name));
    await Promise.all([
      this.instances.get(name)?.stop(timeouts),
      pending?.result.then(
        (instance) => instance.stop(timeouts),
        () => {},
      ),
    ]);
  }

  /** Stops an instance, forgets its record and gives back its port. */
  async delete(name: string): Promise<void> {
    await this.stop(name);
    if (this.pending.has(name) || this.get(name)?.state !== 'ended') return;
    this.forget(name);
  }

  /** Stops all instances at the same time. */
  async stopAll(timeouts: StopTimeouts = this.timeouts): Promise<void> {
    const names = new Set([...this.pending.keys(), ...this.instances.keys()]);
    await Promise.all([...names].map((name) => this.stop(name, timeouts)));
  }

  /** Whether instances log at level DEBUG: those that run, and those to come. */
  setDebug(enabled: boolean): void {
    this.debug = enabled;
    for (const instance of this.instances.values()) {
      if (instance.state !== 'ended') instance.setDebug(enabled);
    }
  }

  /** Hands a complete new configuration to a running instance. */
  updateConfig(name: string, config: JsonObject): void {
    this.require(name).updateConfig(config);
  }

  /** Asks the program of an instance something; see `Instance.request`. */
  async request(
    name: string,
    request: string,
    parameters: JsonObject,
    timeout = DEFAULT_REQUEST_TIMEOUT,
  ): Promise<RequestAnswer> {
    return this.require(name).request(request, parameters, timeout);
  }

  /** Ends everything within 10 s; nothing can be started afterwards. */
  async close(timeouts: StopTimeouts = DRAIN_TIMEOUTS): Promise<void> {
    this.isClosing = true;
    await Promise.all([this.stopAll(timeouts), this.hosts.close()]);
    this.usage.close();
  }

  /** Takes the name: until the start has succeeded or failed nobody else begins one. */
  private begin(name: string, prepare: Prepare): Promise<Instance> {
    if (this.isClosing) {
      return Promise.reject(new CamServerError('CLOSING', 'The server is shutting down.'));
    }
    noteChange({ target: name });
    const abort = new AbortController();
    const began = performance.now();
    const result = this.launch(name, prepare, abort.signal).then(
      (instance) => {
        this.counts.startSucceeded((performance.now() - began) / 1000);
        return instance;
      },
      (error: unknown) => {
        this.counts.startFailed();
        throw error;
      },
    );
    this.pending.set(name, { result, abort });
    const done = (): boolean => this.pending.delete(name);
    result.then(done, done);
    return result;
  }

  private async launch(name: string, prepare: Prepare, signal: AbortSignal): Promise<Instance> {
    const previous = this.instances.get(name);
    if (previous?.state === 'stopping') await previous.ended;
    else await previous?.stop(this.timeouts);
    const specification = await unlessAborted(signal, async () => prepare(signal));
    if (previous !== undefined && previous.specification.kind !== specification.kind) {
      this.ports.release(name);
    }
    try {
      const port = await this.ports.reserve(specification, (holder) => this.hasEnded(holder));
      const host = await this.hosts.acquire(signal);
      const instance = this.adopt(new Instance(specification, port, host, this.timeouts, this, this.debug));
      if (signal.aborted) void instance.stop(this.timeouts);
      await instance.started;
      return instance;
    } catch (error) {
      this.ports.release(name);
      throw error;
    }
  }

  /** Registers an instance in the same turn as its process was taken: there is no process without a handle. */
  private adopt(instance: Instance): Instance {
    this.instances.delete(instance.name);
    this.instances.set(instance.name, instance);
    this.usage.add(instance);
    return instance;
  }

  /** Hook of `Instance`. */
  changed(instance: Instance): void {
    if (instance.state === 'ended') this.keepRecord(instance);
    this.options.onChange?.(instance);
  }

  /** Hook of `Instance`. */
  logged(instance: Instance, record: LogRecord): void {
    this.options.onInstanceLog?.(instance.specification.logSuffix, record);
  }

  private hasEnded(name: string): boolean {
    return !this.pending.has(name) && this.instances.get(name)?.state === 'ended';
  }

  private keepRecord(instance: Instance): void {
    const { name } = instance;
    this.counts.instanceEnded(instance.exitCode!);
    this.options.log.info(`Instance '${name}' ${instance.reason} (exit code ${instance.exitCode}).`);
    this.ports.instanceEnded(name);
    this.instances.delete(name);
    this.instances.set(name, instance);
    const ended = this.all().filter((other) => other.state === 'ended');
    const surplus = ended.length - (this.options.endedRecords ?? DEFAULT_ENDED_RECORDS);
    for (const old of ended.slice(0, Math.max(surplus, 0)))
      if (!this.pending.has(old.name)) this.forget(old.name);
  }

  private forget(name: string): void {
    this.instances.delete(name);
    this.ports.release(name);
  }
}

function terminated(name: string): CamServerError {
  return new CamServerError('INSTANCE_TERMINATED', `'${name}' instance  terminated. See logs.`);
}

/** What `work` gives, or the reason of the abort as soon as there is one; then the result of `work` is not waited for. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work(), aborted]);
}
