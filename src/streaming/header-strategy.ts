/**
 * When a new data header is made (`create_header`), and what of a message is sent under the present one. Payload and
 * announced type always agree: a scalar is converted to the announced type when nothing is lost, otherwise it is announced
 * anew, and a value that may not be announced becomes null.
 */
import type { ChannelDefinition, Compression } from '../bsread/types.js';
import type { JsonValue } from '../common/json.js';
import type { ChannelValue, ChannelValues } from '../common/values.js';
import {
  type ChannelFormat,
  compareFormats,
  convertScalar,
  definitionOf,
  formatOf,
} from './channel-format.js';

export type HeaderMode = 'always' | 'once' | 'on_change';

export interface HeaderSettings {
  readonly mode: HeaderMode;
  readonly allowTypeChanges: boolean;
  readonly allowShapeChanges: boolean;
  readonly compression: Compression;
}

/** A message ready for the sender. */
export interface PreparedMessage {
  /** The same array as long as the header stays the same. */
  readonly definitions: readonly ChannelDefinition[];
  readonly newHeader: boolean;
  /** One value per definition; null where the channel has none in this message. */
  readonly values: readonly ChannelValue[];
}

/** Prepares messages in the order in which they are sent; null when there is nothing to send. */
export type HeaderStrategy = (values: ChannelValues) => PreparedMessage | null;

/** `true`, `1`, `"always"` → always; `false`, `0`, `"once"` → once; anything else, or nothing → on_change. */
export function readHeaderMode(value: JsonValue | undefined): HeaderMode {
  if (value === true || value === 1 || value === 'always') return 'always';
  if (value === false || value === 0 || value === 'once') return 'once';
  return 'on_change';
}

export function createHeaderStrategy(settings: HeaderSettings): HeaderStrategy {
  if (settings.mode === 'always') return always(settings);
  if (settings.mode === 'once') return once(settings);
  return onChange(settings);
}

/** A channel that was never seen with a value is announced as one float64. */
const UNKNOWN_FORMAT: ChannelFormat = { type: 'float64', shape: null };

function always({ compression }: HeaderSettings): HeaderStrategy {
  return (values) => {
    if (values.size === 0) return null;
    const definitions = Array.from(values, ([name, value]) =>
      definitionOf(name, formatOf(value) ?? UNKNOWN_FORMAT, compression),
    );
    return { definitions, newHeader: true, values: [...values.values()] };
  };
}

function once({ compression }: HeaderSettings): HeaderStrategy {
  const formats = new Map<string, ChannelFormat>();
  let definitions: ChannelDefinition[] | null = null;
  return (values) => {
    if (values.size === 0) return null;
    const newHeader = definitions === null;
    if (definitions === null) {
      for (const [name, value] of values) formats.set(name, formatOf(value) ?? UNKNOWN_FORMAT);
      definitions = Array.from(formats, ([name, format]) => definitionOf(name, format, compression));
    }
    const conformed = Array.from(formats, ([name, format]) => conform(values.get(name) ?? null, format));
    return { definitions, newHeader, values: conformed };
  };
}

/** The value as it can be sent under `format`, or null. */
function conform(value: ChannelValue, format: ChannelFormat): ChannelValue {
  const actual = formatOf(value);
  if (actual === null) return null;
  const { typeChanged, shapeChanged } = compareFormats(format, actual);
  if (shapeChanged) return null;
  if (!typeChanged && actual.type === format.type) return value;
  return convertScalar(value, format.type);
}

function onChange(settings: HeaderSettings): HeaderStrategy {
  let formats = new Map<string, ChannelFormat>();
  let definitions: readonly ChannelDefinition[] = [];
  return (values) => {
    const kept = new Map<string, ChannelFormat>();
    const fitted: ChannelValue[] = [];
    let changed = false;
    for (const [name, value] of values) {
      const known = formats.get(name);
      const entry = known === undefined ? announce(value) : follow(value, known, settings);
      if (entry === null) continue;
      kept.set(name, entry.format);
      fitted.push(entry.value);
      changed ||= entry.format !== known;
    }
    changed ||= kept.size !== formats.size;
    if (!changed && sameOrder(kept, formats)) {
      return fitted.length === 0 ? null : { definitions, newHeader: false, values: fitted };
    }
    if (!changed) return { definitions, newHeader: false, values: reorder(kept, formats, fitted) };
    formats = kept;
    definitions = Array.from(kept, ([name, format]) => definitionOf(name, format, settings.compression));
    return fitted.length === 0 ? null : { definitions, newHeader: true, values: fitted };
  };
}

interface Entry {
  readonly format: ChannelFormat;
  readonly value: ChannelValue;
}

/** A channel without a known format: null is left out of the message. */
function announce(value: ChannelValue): Entry | null {
  const format = formatOf(value);
  return format === null ? null : { format, value };
}

/** A channel with a known format; the same format object means that the header need not change. */
function follow(value: ChannelValue, known: ChannelFormat, settings: HeaderSettings): Entry {
  const actual = formatOf(value);
  if (actual === null) return { format: known, value: null };
  const { typeChanged, shapeChanged } = compareFormats(known, actual);
  if ((typeChanged && !settings.allowTypeChanges) || (shapeChanged && !settings.allowShapeChanges)) {
    return { format: known, value: null };
  }
  if (typeChanged || shapeChanged) return { format: actual, value };
  if (actual.type === known.type) return { format: known, value };
  const converted = convertScalar(value, known.type);
  return converted === null ? { format: actual, value } : { format: known, value: converted };
}

function sameOrder(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  const other = b.keys();
  for (const name of a.keys()) if (other.next().value !== name) return false;
  return true;
}

/** The values in the order of the header, when a function gave the same channels in another order. */
function reorder(
  given: ReadonlyMap<string, unknown>,
  announced: ReadonlyMap<string, unknown>,
  values: readonly ChannelValue[],
): ChannelValue[] {
  const index = new Map(Array.from(given.keys(), (name, position) => [name, position]));
  return Array.from(announced.keys(), (name) => values[index.get(name)!]!);
}
