/** One life of an instance as the server sees it: from the fork to the end, and what remains for the post-mortem. */
import { CamServerError } from '../common/errors.js';
import { formatJson, type JsonObject, mergeObjects } from '../common/json.js';
import { LogRing } from '../common/logging.js';
import { formatStartTime } from '../common/time.js';
import type { HostProcess } from './host-process.js';
import { logRecord } from './log-record.js';
import type { HostExit, HostReport, StatisticsSample } from './messages.js';
import { PendingRequests, type RequestAnswer } from './pending-requests.js';
import { type InstanceEvent, nextState } from './state.js';
import { formatStatistics, type ProcessUsage } from './statistics.js';
import { type StopTimeouts, stopProcess, terminateProcess } from './termination.js';
import type { InstanceSpecification, InstanceState, InstanceStatistics, LogRecord } from './types.js';

const LOG_RECORDS = 100;

export interface InstanceHooks {
  /** After each change of state. */
  changed(instance: Instance): void;
  logged(instance: Instance, record: LogRecord): void;
}

export interface InstanceTimeouts extends StopTimeouts {
  /** Milliseconds that an instance may take to become ready. */
  readonly start: number;
}

export class Instance {
  /** Resolves when the instance serves, or rejects, after its process has ended, with the text of the contract. */
  readonly started: Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  private currentState: InstanceState = 'starting';
  private currentConfig: JsonObject;
  private startTime: string | null = null;
  private readyAt: number | null = null;
  private sample: StatisticsSample | null = null;
  private exit: HostExit | null = null;
  private endReason: string | null = null;
  private lastErrorRecord: { readonly time: number; readonly message: string } | null = null;
  private markReady: () => void = () => {};
  private readonly ring = new LogRing(LOG_RECORDS);
  private readonly requests: PendingRequests;
  /** Set by the usage monitor. */
  usage: ProcessUsage = { cpu: null, memory: null };

  /** @param port the port reserved for it, null for none */
  constructor(
    readonly specification: InstanceSpecification,
    readonly port: number | null,
    private readonly host: HostProcess,
    private readonly timeouts: InstanceTimeouts,
    private readonly hooks: InstanceHooks,
    debug: boolean,
  ) {
    this.currentConfig = specification.config;
    this.requests = new PendingRequests(specification.name);
    const ready = new Promise<void>((resolve) => {
      this.markReady = resolve;
    });
    host.listen({
      report: (message) => this.receive(message),
      line: (source, text) => this.write(logRecord(source, source === 'stderr' ? 'ERROR' : 'INFO', text)),
    });
    host.send({
      type: 'run',
      name: specification.name,
      program: specification.program,
      config: formatJson(specification.config),
      options: formatJson(mergeObjects(specification.options, { port })),
      debug,
    });
    this.ended = host.ended.then((exit) => this.finish(exit));
    this.started = this.observeStart(ready);
    // an instance may be stopped before anybody waits for its start
    this.started.catch(() => {});
  }

  get name(): string {
    return this.specification.name;
  }

  get state(): InstanceState {
    return this.currentState;
  }

  /** The configuration that it runs with, or ran with last. */
  get config(): JsonObject {
    return this.currentConfig;
  }

  get pid(): number | null {
    return this.host.pid;
  }

  /** `2025-03-20 14:43:34 UTC+0100`; null until it was ready. */
  get lastStartTime(): string | null {
    return this.startTime;
  }

  /** Whole milliseconds since it was ready, by a clock that nobody sets; null until it was. */
  get runningTime(): number | null {
    return this.readyAt === null ? null : Math.round(performance.now() - this.readyAt);
  }

  /** Null while the process lives; a negative number is the signal that ended it. */
  get exitCode(): number | null {
    return this.exit?.code ?? null;
  }

  /** Why it ended, in words; null while the process lives. */
  get reason(): string | null {
    return this.exit === null ? null : this.endReason;
  }

  get statistics(): InstanceStatistics {
    return formatStatistics(this.sample, this.pid, this.usage);
  }

  /** The last sample as numbers, null before the first. */
  get lastSample(): StatisticsSample | null {
    return this.sample;
  }

  /** The last error that it logged, for managers and consoles; null for none. */
  get lastError(): JsonObject | null {
    if (this.lastErrorRecord === null) return null;
    const { time, message } = this.lastErrorRecord;
    return { age_ms: Math.round(performance.now() - time), message };
  }

  /** The last 100 log records, oldest first. */
  get logs(): readonly LogRecord[] {
    return this.ring.records();
  }

  /**
   * Asks the instance to stop and returns when its process has ended. A further call with shorter time-outs hurries it.
   * An instance that has ended stays as it is.
   */
  async stop(timeouts: StopTimeouts): Promise<void> {
    if (this.currentState === 'ended') return;
    if (this.currentState !== 'stopping') this.enter('stop');
    this.endReason ??= 'stopped on request';
    if (!(await stopProcess(this.host, timeouts))) {
      this.remark(`Could not stop the '${this.name}' instance in time. Terminated.`);
    }
    await this.ended;
  }

  /** Whether the program's records of level DEBUG are sent. */
  setDebug(enabled: boolean): void {
    this.host.send({ type: 'debug', enabled });
  }

  /** Hands a complete new configuration to the program. */
  updateConfig(config: JsonObject): void {
    this.currentConfig = config;
    this.host.send({ type: 'config', config: formatJson(config) });
  }

  /**
   * Asks the running program something.
   * @throws CamServerError with the text of the program's handler, or when no answer comes in time or the process ends
   */
  request(name: string, parameters: JsonObject, timeout: number): Promise<RequestAnswer> {
    if (this.currentState === 'ended') {
      throw new CamServerError('INSTANCE_NOT_RUNNING', `Instance '${this.name}' is not running.`);
    }
    const { id, answer } = this.requests.open(name, timeout);
    this.host.send({ type: 'request', id, name, parameters: formatJson(parameters) });
    return answer;
  }

  private receive(message: HostReport): void {
    if (message.type === 'ready') this.becomeReady();
    else if (message.type === 'log') for (const record of message.records) this.write(record);
    else if (message.type === 'statistics') this.sample = message.sample;
    else if (message.type === 'response') this.requests.resolve(message.id, message.result, message.data);
    else if (message.type === 'failure') this.requests.fail(message.id, message.code, message.message);
  }

  /** A program may become ready after it was told to stop: then it counts as stopping. */
  private becomeReady(): void {
    if (this.currentState !== 'starting') return;
    this.startTime = formatStartTime(new Date());
    this.readyAt = performance.now();
    this.enter('ready');
    this.markReady();
  }

  private async observeStart(ready: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.timeouts.start, 'late');
    });
    const outcome = await Promise.race([ready.then(() => 'ready'), this.ended.then(() => 'ended'), late]);
    clearTimeout(timer);
    if (outcome === 'ready') return;
    if (outcome === 'ended') {
      throw new CamServerError('INSTANCE_TERMINATED', `'${this.name}' instance  terminated. See logs.`);
    }
    const text = `Could not start the '${this.name}' instance in time. Terminated. See logs.`;
    this.remark(text);
    if (this.currentState === 'starting') this.enter('stop');
    await terminateProcess(this.host, this.timeouts.kill);
    await this.ended;
    throw new CamServerError('START_TIMEOUT', text);
  }

  private finish(exit: HostExit): void {
    this.exit = exit;
    if (exit.spawnError !== null) this.remark(`The process could not be created: ${exit.spawnError}`);
    this.endReason ??= describeExit(exit);
    if (exit.signal !== null) this.write(logRecord('cam_server', 'ERROR', `Killed by ${exit.signal}.`));
    this.requests.failAll();
    this.enter('exit');
  }

  /** Something that the server did to the instance: into its log, and the reason of its end. */
  private remark(text: string): void {
    this.endReason = text;
    this.write(logRecord('cam_server', 'ERROR', text));
  }

  private write(record: LogRecord): void {
    if (record[2] === 'ERROR' || record[2] === 'CRITICAL') {
      this.lastErrorRecord = { time: performance.now(), message: record[3].slice(0, 500) };
    }
    this.ring.push(record);
    this.hooks.logged(this, record);
  }

  private enter(event: InstanceEvent): void {
    this.currentState = nextState(this.currentState, event);
    this.hooks.changed(this);
  }
}

function describeExit(exit: HostExit): string {
  return exit.signal === null ? `ended with exit code ${exit.code}` : `killed by ${exit.signal}`;
}
