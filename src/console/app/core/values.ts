/** Reading parts of JSON answers that may be missing or of another kind. */
import type { Json, JsonRecord } from './plant.js';

export function recordOf(value: Json | undefined): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function recordsOf(value: Json | undefined): JsonRecord[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

export function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Null also for an empty text. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A text or a list of texts, as `group` may be. */
export function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** ISO 8601 → milliseconds since 1970. */
export function timeOf(value: Json | undefined): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? time : null;
}
