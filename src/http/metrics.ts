/**
 * Figures for Prometheus. Those of the process exist once, those of requests per server; labels are declared paths, so
 * that their number is bounded.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

let processRegistry: Registry | null = null;

/** CPU, memory, garbage collection, open files and the event loop delay of this process. */
function processMetrics(): Registry {
  if (processRegistry === null) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

export class HttpMetrics {
  /** Other rooms register their own figures of this server here. */
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'camserver_http_requests_total',
    help: 'HTTP requests by declared path, HTTP status and state of the envelope',
    labelNames: ['method', 'route', 'status', 'state'] as const,
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: 'camserver_http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames: ['method', 'route'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });

  record(method: string, route: string, status: number, failed: boolean, seconds: number): void {
    this.requests.inc({ method, route, status: String(status), state: failed ? 'error' : 'ok' });
    this.durations.observe({ method, route }, seconds);
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return Registry.merge([processMetrics(), this.registry]).metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
