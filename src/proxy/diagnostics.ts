/** The health of one instance in a few fields, for monitoring (`rest-api.md` 9.7). */
import type { JsonObject, JsonValue } from '../common/json.js';
import { clientCounts } from '../http/index.js';
import type { FamilyName } from './cluster-view.js';

export interface DiagnosticsSubject {
  readonly family: FamilyName;
  /** The record of the running instance; null when it does not run. */
  readonly record: JsonObject | null;
  readonly isStored: boolean;
  readonly isPermanent: boolean;
  /** False on proxies, which do not tell about the data buffer. */
  readonly withDataBuffer: boolean;
}

/** The data buffer reads a stream with several connections. */
const DATA_BUFFER_CLIENTS = 4;

export function diagnose({
  family,
  record,
  isStored,
  isPermanent,
  withDataBuffer,
}: DiagnosticsSubject): JsonObject {
  const diagnostics: JsonObject = { status: record !== null ? 'active' : isStored ? 'inactive' : 'invalid' };
  const statistics = (record?.statistics ?? {}) as JsonObject;
  const { clients, forwards } = clientCounts(statistics.clients ?? null);
  const mode = modeOf((record?.config ?? {}) as JsonObject);
  if (record !== null) {
    Object.assign(diagnostics, {
      clients,
      forwards,
      rx: rateText(statistics.rx),
      tx: rateText(statistics.tx),
      cpu: statistics.cpu ?? null,
      memory: statistics.memory ?? null,
      header_changes: statistics.header_changes ?? null,
      frame_shape: statistics.frame_shape ?? null,
      mode,
    });
  }
  diagnostics.permanent = isPermanent;
  if (withDataBuffer) {
    diagnostics.databuffer =
      family === 'camera'
        ? cameraBuffer(isPermanent, forwards)
        : pipelineBuffer(isPermanent && record !== null && mode === 'PUSH', clients);
  }
  return diagnostics;
}

/** What the data buffer gets of all pipelines on one camera. */
export function summariseDataBuffer(diagnostics: readonly JsonObject[]): string {
  const states = diagnostics.map((entry) => entry.databuffer).filter((state) => state !== 'invalid');
  if (states.length === 0) return 'invalid';
  if (states.every((state) => state === 'inactive')) return 'inactive';
  return states.every((state) => state === 'active') ? 'all_active' : 'active';
}

function cameraBuffer(isPermanent: boolean, forwards: number | null): string {
  if (!isPermanent || forwards === null) return 'invalid';
  return forwards > 0 ? 'active' : 'inactive';
}

function pipelineBuffer(isPushed: boolean, clients: number | null): string {
  if (!isPushed) return 'invalid';
  return (clients ?? 0) > DATA_BUFFER_CLIENTS ? 'active' : 'inactive';
}

function modeOf({ mode, pipeline_type: type }: JsonObject): string {
  if (typeof mode === 'string' && mode !== '') return mode;
  return type === 'store' || type === 'fanout' ? 'PUSH' : 'PUB';
}

/** `"9.98Hz - 123"` → `"9.98"` */
function rateText(text: JsonValue | undefined): string {
  return String(text ?? '').split('Hz')[0]!;
}
