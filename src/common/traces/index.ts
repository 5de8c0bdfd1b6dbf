/** Traces for OpenTelemetry. */
export type { SpanAttributes } from './exporter.js';
export { type EndRequest, readTraceSettings, spanTime, Tracer, type TraceSettings } from './tracer.js';
