/** A standalone server or a worker seen as a cluster of one. */
import { CamServerError, errorText } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import type { ClusterEvent, ClusterView, FamilyName, WorkerView } from '../cluster-view.js';
import { compactName } from '../pool-configuration.js';

/** Milliseconds between two looks. */
const INTERVAL = 1000;

export class StandaloneView implements ClusterView {
  private readonly listeners = new Set<(event: ClusterEvent) => void>();
  private info: JsonObject = {};
  private readAt: number | null = null;
  private fault: string | null = null;
  private reading: Promise<void> | null = null;
  private readonly timer: NodeJS.Timeout;

  /** @param addressOf where this server answers; asked for after it listens */
  constructor(
    readonly family: FamilyName,
    private readonly addressOf: () => string,
    private readonly readInfo: () => Promise<JsonObject>,
  ) {
    this.timer = setInterval(() => void this.refresh(), INTERVAL);
    void this.refresh();
  }

  /** Looks now; calls at the same time share one look. */
  refresh(): Promise<void> {
    this.reading ??= this.look().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  close(): void {
    clearInterval(this.timer);
    this.listeners.clear();
  }

  workers(): readonly WorkerView[] {
    const { info } = this;
    const address = this.addressOf();
    return [
      {
        address,
        compactName: compactName(address),
        expanding: true,
        draining: false,
        instances: (info.active_instances ?? {}) as Record<string, JsonObject>,
        fixedInstances: [],
        cameras: [],
        limits: { maximumInstances: null, maximumLoad: null },
        reachability: this.fault === null ? 'reachable' : 'unreachable',
        age: this.readAt === null ? null : performance.now() - this.readAt,
        fault: this.fault,
        bootId: null,
        version: typeof info.version === 'string' ? info.version : null,
        cpu: numberOf(info.cpu),
        memory: numberOf(info.memory),
        tx: numberOf(info.tx),
        rx: numberOf(info.rx),
        reserved: [],
      },
    ];
  }

  disabled(): readonly [] {
    return [];
  }

  permanent(): readonly [] {
    return [];
  }

  async explain(): Promise<never> {
    throw new CamServerError('NO_CLUSTER', 'A standalone server runs everything by itself.');
  }

  onEvent(listener: (event: ClusterEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async look(): Promise<void> {
    const before = Object.keys((this.info.active_instances ?? {}) as JsonObject);
    try {
      this.info = await this.readInfo();
      this.readAt = performance.now();
      this.fault = null;
    } catch (error) {
      this.fault = errorText(error);
    }
    const after = Object.keys((this.info.active_instances ?? {}) as JsonObject);
    const server = this.addressOf();
    for (const name of after)
      if (!before.includes(name)) this.emit({ type: 'instance started', server, name });
    for (const name of before) if (!after.includes(name)) this.emit({ type: 'instance ended', server, name });
    this.emit({ type: 'polled', server });
  }

  private emit(event: ClusterEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
