/**
 * Channel Access data types (DBR): how values, alarms and times lie in a payload.
 */
import { type ElementType, elementSize, type TypedArray, viewElements } from '../common/dtype.js';
import { type ArrayValue, arrayValue, type Timestamp } from '../common/values.js';
import { readText } from './message.js';

/** The native types by their code. ENUM travels as its 16-bit index. */
export const NATIVE_TYPES = ['STRING', 'SHORT', 'FLOAT', 'ENUM', 'CHAR', 'LONG', 'DOUBLE'] as const;
export type NativeType = (typeof NATIVE_TYPES)[number];

/** Offsets of the variants that carry alarm and time with the value. */
export const DBR_STATUS = 7;
export const DBR_TIME = 14;

const STRING_SIZE = 40;
/** Seconds from 1970 to 1990, where EPICS time begins. */
const EPICS_EPOCH = 631152000n;

interface TypeLayout {
  readonly element: ElementType | null;
  readonly size: number;
  /** Where the value begins in the variants with alarm, and with alarm and time. */
  readonly statusOffset: number;
  readonly timeOffset: number;
}

const LAYOUTS: Record<NativeType, TypeLayout> = {
  STRING: { element: null, size: STRING_SIZE, statusOffset: 4, timeOffset: 12 },
  SHORT: { element: 'int16', size: 2, statusOffset: 4, timeOffset: 14 },
  FLOAT: { element: 'float32', size: 4, statusOffset: 4, timeOffset: 12 },
  ENUM: { element: 'uint16', size: 2, statusOffset: 4, timeOffset: 14 },
  CHAR: { element: 'uint8', size: 1, statusOffset: 5, timeOffset: 15 },
  LONG: { element: 'int32', size: 4, statusOffset: 4, timeOffset: 12 },
  DOUBLE: { element: 'float64', size: 8, statusOffset: 8, timeOffset: 16 },
};

/** What the client delivers: numbers as an array (also a single one), texts as a list. */
export type CaValue = ArrayValue | string[];

export interface Reading {
  readonly value: CaValue;
  readonly type: NativeType;
  /** Null when the reply carries no alarm. */
  readonly alarm: { readonly status: number; readonly severity: number } | null;
  /** Null when the reply carries no time. */
  readonly timestamp: Timestamp | null;
}

export class CaFormatError extends Error {
  override name = 'CaFormatError';
}

/** The native type and the variant (0 plain, 7 with alarm, 14 with alarm and time) of a DBR code. */
export function splitDbrType(code: number): { type: NativeType; variant: 0 | 7 | 14 } {
  const variant = code >= 21 ? -1 : Math.floor(code / 7) * 7;
  if (variant < 0) throw new CaFormatError(`Data type ${code} is not supported; expected 0 to 20`);
  return { type: NATIVE_TYPES[code % 7] as NativeType, variant: variant as 0 | 7 | 14 };
}

function valueOffset(type: NativeType, variant: 0 | 7 | 14): number {
  if (variant === 0) return 0;
  return variant === DBR_STATUS ? LAYOUTS[type].statusOffset : LAYOUTS[type].timeOffset;
}

/**
 * Decodes the payload of a reply. Numbers are swapped to host order in place: the payload must not be used afterwards.
 * @throws CaFormatError when the payload is shorter than type and count say
 */
export function decodeReading(code: number, count: number, payload: Buffer): Reading {
  const { type, variant } = splitDbrType(code);
  const { element, size } = LAYOUTS[type];
  const start = valueOffset(type, variant);
  // a single string may be cut after its terminator
  const needed = type === 'STRING' && count === 1 ? start : start + count * size;
  if (payload.length < needed) {
    throw new CaFormatError(
      `${count} values of type ${type} need ${needed} bytes, but ${payload.length} came`,
    );
  }
  const alarm = variant === 0 ? null : { status: payload.readUInt16BE(0), severity: payload.readUInt16BE(2) };
  const timestamp =
    variant === DBR_TIME
      ? {
          seconds: BigInt(payload.readUInt32BE(4)) + EPICS_EPOCH,
          nanoseconds: BigInt(payload.readUInt32BE(8)),
        }
      : null;
  const bytes = payload.subarray(start, start + count * size);
  const value = element === null ? decodeStrings(bytes, count) : decodeNumbers(bytes, element);
  return { value, type, alarm, timestamp };
}

function decodeStrings(bytes: Buffer, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    readText(bytes.subarray(index * STRING_SIZE, (index + 1) * STRING_SIZE)),
  );
}

function decodeNumbers(bytes: Buffer, element: ElementType): ArrayValue {
  swapBytes(bytes, elementSize(element));
  const count = bytes.length / elementSize(element);
  const isAligned = bytes.byteOffset % elementSize(element) === 0;
  const source = isAligned ? bytes : Uint8Array.prototype.slice.call(bytes);
  return arrayValue(viewElements(element, source.buffer, source.byteOffset, count));
}

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}

/** Alarm and time to be sent with a value. */
export interface ReadingStamp {
  readonly status: number;
  readonly severity: number;
  readonly timestamp: Timestamp;
}

/** Encodes a value as DBR `code`; the caller has converted it to the native type of the code. */
export function encodeReading(code: number, value: CaValue, stamp?: ReadingStamp): Buffer {
  const { type, variant } = splitDbrType(code);
  const bytes = Array.isArray(value) ? encodeStrings(value) : encodeNumbers(value.data);
  const start = valueOffset(type, variant);
  const payload = Buffer.alloc(start + bytes.length);
  bytes.copy(payload, start);
  if (variant !== 0 && stamp !== undefined) {
    payload.writeUInt16BE(stamp.status, 0);
    payload.writeUInt16BE(stamp.severity, 2);
    if (variant === DBR_TIME) {
      payload.writeUInt32BE(Number(stamp.timestamp.seconds - EPICS_EPOCH), 4);
      payload.writeUInt32BE(Number(stamp.timestamp.nanoseconds), 8);
    }
  }
  return payload;
}

function encodeStrings(texts: readonly string[]): Buffer {
  const bytes = Buffer.alloc(texts.length * STRING_SIZE);
  texts.forEach((text, index) => {
    bytes.write(text, index * STRING_SIZE, STRING_SIZE - 1, 'latin1');
  });
  return bytes;
}

function encodeNumbers(data: TypedArray): Buffer {
  const bytes = Buffer.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  swapBytes(bytes, data.BYTES_PER_ELEMENT);
  return bytes;
}

/** The element type of a native type; null for texts. */
export function elementTypeOfNative(type: NativeType): ElementType | null {
  return LAYOUTS[type].element;
}
