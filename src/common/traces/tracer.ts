/**
 * Traces of requests and of pulses, when `CAMSERVER_TRACES` names a collector; without it nothing here costs anything. Of pulses
 * only those whose id can be divided by `CAMSERVER_TRACES_EVERY` are followed, so that all processes choose the same ones.
 */
import { type SpanAttributes, SpanExporter } from './exporter.js';
import { parseTraceParent, randomSpanId, randomTraceId, traceIdOfPulse } from './ids.js';

export interface TraceSettings {
  readonly collector: string;
  /** Every how many pulses one is followed. */
  readonly every: bigint;
}

const DEFAULT_EVERY = 100n;

/** Null: no collector is named. @throws Error for an address or number that cannot be used */
export function readTraceSettings(environment: NodeJS.ProcessEnv): TraceSettings | null {
  const { CAMSERVER_TRACES: collector = '', CAMSERVER_TRACES_EVERY: every = '' } = environment;
  if (collector === '') return null;
  if (!URL.canParse(collector) || !/^https?:$/.test(new URL(collector).protocol)) {
    throw new Error(
      `CAMSERVER_TRACES is '${collector}'; it must be an address such as http://collector:4318.`,
    );
  }
  if (every !== '' && !/^[1-9]\d{0,8}$/.test(every)) {
    throw new Error(`CAMSERVER_TRACES_EVERY is '${every}'; it must be a whole number from 1.`);
  }
  return { collector, every: every === '' ? DEFAULT_EVERY : BigInt(every) };
}

/** What happened to a request in the end. */
export type EndRequest = (name: string, attributes: SpanAttributes, failed: boolean) => void;

export class Tracer {
  private readonly exporter: SpanExporter;
  private readonly every: bigint;

  /**
   * @param service `camserver camera-worker`
   * @param attributes of every span
   */
  constructor(
    settings: TraceSettings,
    service: string,
    private readonly attributes: SpanAttributes,
    warn: (text: string) => void,
  ) {
    this.exporter = new SpanExporter({ collector: settings.collector, service, warn });
    this.every = settings.every;
  }

  /**
   * The span of a frame that ends now; nothing when this pulse is not followed.
   * @param start what `spanTime` gave when the frame came
   * @param outcome `sent`, or why it was dropped
   */
  frame(name: string, start: number, pulseId: bigint, outcome: string): void {
    if (pulseId % this.every !== 0n) return;
    this.exporter.add({
      traceId: traceIdOfPulse(pulseId),
      spanId: randomSpanId(),
      parentSpanId: null,
      name,
      kind: 1,
      start,
      end: spanTime(),
      attributes: {
        ...this.attributes,
        'camserver.pulse_id': pulseId,
        'camserver.outcome': outcome,
      },
      failed: outcome === 'error',
    });
  }

  /** Begins the span of a request. @param traceparent header of whoever asks */
  request(traceparent: string | undefined): EndRequest {
    const start = spanTime();
    const parent = parseTraceParent(traceparent);
    return (name, attributes, failed) =>
      this.exporter.add({
        traceId: parent?.traceId ?? randomTraceId(),
        spanId: randomSpanId(),
        parentSpanId: parent?.spanId ?? null,
        name,
        kind: 2,
        start,
        end: spanTime(),
        attributes: { ...this.attributes, ...attributes },
        failed,
      });
  }

  /** Sends what waits. */
  close(): Promise<void> {
    return this.exporter.close();
  }
}

/** Milliseconds since 1970, with fractions. */
export function spanTime(): number {
  return performance.timeOrigin + performance.now();
}
