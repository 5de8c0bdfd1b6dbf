/**
 * Sends spans to a collector of OpenTelemetry: OTLP over HTTP in its JSON encoding
 * (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"). What the collector does not take is dropped and counted, never kept waiting.
 */
import { hostname } from 'node:os';
import { errorText } from '../errors.js';
import { packageVersion } from '../package.js';

export type SpanAttributes = Readonly<Record<string, string | number | bigint>>;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** OTLP: 1 internal, 2 server. */
  readonly kind: 1 | 2;
  /** Milliseconds since 1970, with fractions. */
  readonly start: number;
  readonly end: number;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

export interface ExporterOptions {
  /** Base address, `http://collector:4318`; `/v1/traces` is added. */
  readonly collector: string;
  /** `service.name` */
  readonly service: string;
  /** Told, at most once a minute, that spans were dropped, and why. */
  readonly warn: (text: string) => void;
}

/** Spans that wait for the next request; more are dropped. */
const MOST_WAITING = 2048;
/** Milliseconds. */
const INTERVAL = 1000;
const TIMEOUT = 5000;
const WARNING_INTERVAL = 60_000;

export class SpanExporter {
  private waiting: Span[] = [];
  private dropped = 0;
  private warnedAt = Number.NEGATIVE_INFINITY;
  private sending: Promise<void> | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly url: string;

  constructor(private readonly options: ExporterOptions) {
    this.url = `${options.collector.replace(/\/$/, '')}/v1/traces`;
    this.timer = setInterval(() => void this.flush(), INTERVAL).unref();
  }

  add(span: Span): void {
    if (this.waiting.length < MOST_WAITING) this.waiting.push(span);
    else this.dropped += 1;
  }

  /** Sends what waits; one request at a time. Never throws. */
  flush(): Promise<void> {
    this.sending ??= this.send().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sending;
    await this.flush();
  }

  private async send(): Promise<void> {
    const spans = this.waiting;
    if (spans.length === 0) return;
    this.waiting = [];
    let fault: string | null = null;
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(exportRequest(this.options.service, spans)),
        signal: AbortSignal.timeout(TIMEOUT),
        redirect: 'error',
      });
      await answer.body?.cancel();
      if (!answer.ok) fault = `HTTP ${answer.status}`;
    } catch (error) {
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      fault = errorText(reason);
    }
    if (fault !== null) this.dropped += spans.length;
    this.warn(fault ?? 'more came than could be sent');
  }

  private warn(reason: string): void {
    if (this.dropped === 0 || performance.now() - this.warnedAt < WARNING_INTERVAL) return;
    this.options.warn(`${this.dropped} spans of traces were dropped: ${this.url}: ${reason}.`);
    this.dropped = 0;
    this.warnedAt = performance.now();
  }
}

function exportRequest(service: string, spans: readonly Span[]): object {
  const resource = {
    attributes: attributes({
      'service.name': service,
      'service.version': packageVersion,
      'host.name': hostname(),
      'process.pid': process.pid,
    }),
  };
  const scope = { name: 'camserver', version: packageVersion };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(encoded) }] }] };
}

function encoded({ parentSpanId, start, end, failed, attributes: pairs, ...span }: Span): object {
  return {
    ...span,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributes(pairs),
    // 2: error
    status: failed ? { code: 2 } : {},
  };
}

/** 64-bit integers are texts in the JSON of Protocol Buffers. */
function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}

function attributes(pairs: SpanAttributes): object[] {
  return Object.entries(pairs).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}
