/**
 * One server of the pool: polled in the background, so that reading what it does costs nothing, and asked again at once
 * when something must be known for sure.
 */
import type { InstanceClient } from '../client/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import type { JsonObject, JsonValue } from '../common/json.js';
import { isJsonObject } from '../common/leniency.js';
import type { Reachability } from './cluster-view.js';
import { nextReachability, type PollOutcome, type ReachabilityState, UNHEARD } from './reachability.js';

/** What a server said of itself (`rest-api.md` 9.1). */
export interface ServerReport {
  readonly bootId: string | null;
  readonly version: string | null;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly tx: number | null;
  readonly rx: number | null;
  readonly instances: Readonly<Record<string, JsonObject>>;
}

export interface ServerWatchOptions<Client extends InstanceClient> {
  readonly address: string;
  readonly client: Client;
  /** Milliseconds between polls, and for one of them. */
  readonly interval: number;
  readonly timeout: number;
  readonly onReport: (report: ServerReport, previous: ServerReport | null) => void;
  readonly onReachability: (reachability: Reachability, reason: string | null) => void;
}

const NOTHING: ServerReport = {
  bootId: null,
  version: null,
  cpu: null,
  memory: null,
  tx: null,
  rx: null,
  instances: {},
};

/** Milliseconds after a refusal until the server is asked again. */
const SECOND_LOOK = 200;

export class ServerWatch<Client extends InstanceClient = InstanceClient> {
  readonly address: string;
  readonly client: Client;
  /** Why the last question was not answered; null when it was. */
  fault: string | null = null;
  private state: ReachabilityState = UNHEARD;
  private report: ServerReport | null = null;
  private answeredAt: number | null = null;
  private inFlight: Promise<void> | null = null;
  /** Changes made on the server from here; how many of them the poll under way, and the last report, take into account. */
  private changes = 0;
  private changesAsked = 0;
  private changesReported = -1;
  private timer: NodeJS.Timeout | null = null;
  private readonly closing = new AbortController();

  constructor(private readonly options: ServerWatchOptions<Client>) {
    this.address = options.address;
    this.client = options.client;
    void this.poll();
  }

  get reachability(): Reachability {
    return this.state.reachability;
  }

  get isReachable(): boolean {
    return this.reachability === 'reachable';
  }

  /** Milliseconds since the last answer; null before the first. */
  get age(): number | null {
    return this.answeredAt === null ? null : performance.now() - this.answeredAt;
  }

  /** The last report; of a server that is unreachable nothing counts. */
  get current(): ServerReport {
    return this.reachability === 'unreachable' ? NOTHING : (this.report ?? NOTHING);
  }

  /** The last report, however old. */
  get lastKnown(): ServerReport | null {
    return this.report;
  }

  /** Whether something was changed on the server that no report shows yet. */
  get isBehind(): boolean {
    return this.changesReported < this.changes;
  }

  /** Says that something was just changed on the server: what a poll under way finds is outdated. */
  invalidate(): void {
    this.changes += 1;
  }

  /** Resolves when the server was asked after the last change that is known here; never rejects. */
  async refresh(): Promise<void> {
    if (this.inFlight !== null && this.changesAsked < this.changes) await this.inFlight;
    await (this.inFlight ?? this.poll());
  }

  close(): void {
    this.closing.abort(new CamServerError('CLOSING', 'The server is shutting down.'));
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private poll(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.changesAsked = this.changes;
    this.inFlight = this.ask().finally(() => {
      this.inFlight = null;
      this.schedule();
    });
    return this.inFlight;
  }

  private schedule(): void {
    if (this.closing.signal.aborted) return;
    const delay = this.state.refusals === 1 ? SECOND_LOOK : this.options.interval;
    this.timer = setTimeout(() => void this.poll(), delay);
  }

  private async ask(): Promise<void> {
    const { client, timeout } = this.options;
    const overdue = setTimeout(() => this.take('overdue', 'its answer is overdue'), timeout / 2);
    try {
      const info = await client.info({ timeout, signal: this.closing.signal });
      this.accept(readReport(info));
      this.take('answered', null);
    } catch (error) {
      if (this.closing.signal.aborted) return;
      const isSilent = error instanceof CamServerError && error.code === 'SERVER_TIMEOUT';
      this.take(isSilent ? 'silent' : 'refused', errorText(error));
    } finally {
      clearTimeout(overdue);
    }
  }

  private accept(report: ServerReport): void {
    const previous = this.report;
    this.report = report;
    this.changesReported = this.changesAsked;
    this.answeredAt = performance.now();
    this.options.onReport(report, previous);
  }

  private take(outcome: PollOutcome, fault: string | null): void {
    this.fault = fault;
    const before = this.reachability;
    this.state = nextReachability(this.state, outcome);
    if (this.reachability !== before) this.options.onReachability(this.reachability, fault);
  }
}

function readReport(info: JsonObject): ServerReport {
  const instances = isJsonObject(info.active_instances) ? info.active_instances : {};
  return {
    bootId: typeof info.boot_id === 'string' ? info.boot_id : null,
    version: typeof info.version === 'string' ? info.version : null,
    cpu: numberOrNull(info.cpu),
    memory: numberOrNull(info.memory),
    tx: numberOrNull(info.tx),
    rx: numberOrNull(info.rx),
    instances: Object.fromEntries(
      Object.entries(instances).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
    ),
  };
}

function numberOrNull(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
