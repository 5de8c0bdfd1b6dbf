/**
 * What an instance and the process of a user's function tell each other (`docs/user-functions-protocol.md`). Arrays lie in shared
 * memory; messages say where.
 */
import { type ElementType, elementSize, type NumericType, viewElements } from '../../common/dtype.js';
import {
  type ArrayValue,
  type ChannelValue,
  type ChannelValues,
  isArrayValue,
  type Timestamp,
  TypedScalar,
} from '../../common/values.js';
import { allocateOutgoing } from '../../streaming/outgoing-memory.js';
import type { HostedKind } from '../types.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { ALIGNMENT, type SharedMemory } from './shared-memory.js';

/** Element types by their code. */
const TYPES: readonly ElementType[] = [
  ...(['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const),
  ...(['float32', 'float64'] as const),
];

const REQUEST = { load: 1, parameters: 2, call: 3 } as const;
const ANSWER = { loaded: 1, loadFailed: 2, result: 3, failed: 4, log: 5 } as const;
const VALUE = { null: 0, bool: 1, int: 2, float: 3, text: 4, scalar: 5, array: 6, inputArray: 7 } as const;
const HAS = { values: 1, timestamp: 2, pulseId: 4 } as const;

/** Names of the log levels by their code. */
const LEVELS = ['debug', 'info', 'warning', 'error'] as const;

/** What a host has to load. */
export interface LoadRequest {
  readonly kind: HostedKind;
  /** Of the script or the compiled function. */
  readonly path: string;
  /** The value of `function`, for messages. */
  readonly name: string;
  /** Of the scripts. */
  readonly folder: string;
  /** Memory limit. */
  readonly megabytes: number;
}

/** The facts of one call besides its values. */
export interface CallFacts {
  readonly id: number;
  readonly slot: number;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  /** Only `custom` looks at it. */
  readonly first: boolean;
  /** Why an image could not be prepared. */
  readonly processingError: string | null;
}

export interface HostResult {
  readonly values: ChannelValues | null;
  readonly timestamp: Timestamp | null;
  readonly pulseId: bigint | null;
  readonly dataSize: number;
}

export type HostAnswer =
  | { readonly type: 'loaded' }
  | { readonly type: 'loadFailed'; readonly message: string; readonly trace: string | null }
  | {
      readonly type: 'result';
      readonly id: number;
      read(slot: Slot, wanted: (name: string) => boolean): HostResult;
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly trace: string | null }
  | { readonly type: 'log'; readonly level: (typeof LEVELS)[number]; readonly text: string };

/** The two memories of a call. */
export interface Slot {
  readonly input: SharedMemory;
  readonly output: SharedMemory;
}

const writer = new ByteWriter();

export function encodeLoad(request: LoadRequest): Buffer {
  writer.begin(REQUEST.load);
  writer.text(JSON.stringify(request));
  return writer.finish();
}

/**
 * @param background that functions find as `background_data`: path of a file with the pixels, row-major uint16
 */
export function encodeParameters(
  json: string,
  background: { readonly path: string; readonly rows: number; readonly columns: number } | null,
): Buffer {
  writer.begin(REQUEST.parameters);
  writer.text(json);
  writer.text(background?.path ?? '');
  writer.u32(background?.rows ?? 0);
  writer.u32(background?.columns ?? 0);
  return writer.finish();
}

/** Where the arrays of a call lie in the input memory, in the order of the values. */
export interface InputLayout {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Finds a place for each array. */
export function layOut(values: ChannelValues): InputLayout {
  const offsets: number[] = [];
  let bytes = 0;
  for (const value of values.values()) {
    if (!isArrayValue(value)) continue;
    offsets.push(bytes);
    bytes += Math.ceil(value.data.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  return { offsets, bytes };
}

/** Copies the arrays of a call to their places, except those that are there already. */
export function fillInput(input: SharedMemory, values: ChannelValues, { offsets, bytes }: InputLayout): void {
  let index = 0;
  for (const value of values.values()) {
    if (!isArrayValue(value)) continue;
    const { buffer, byteOffset, byteLength } = value.data;
    const offset = offsets[index]!;
    index += 1;
    if (buffer === input.memory && byteOffset === offset) continue;
    new Uint8Array(input.memory, offset, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  }
  input.flush(bytes);
}

export function encodeCall(
  facts: CallFacts,
  values: ChannelValues,
  layout: InputLayout,
  inputBytes: number,
): Buffer {
  const { id, slot, pulseId, timestamp, first, processingError } = facts;
  writer.begin(REQUEST.call);
  writer.u32(id);
  writer.u8(slot);
  writer.u8(first ? 1 : 0);
  writer.i64(BigInt(inputBytes));
  writer.i64(pulseId);
  writer.i64(timestamp.seconds);
  writer.i64(timestamp.nanoseconds);
  writer.text(processingError ?? '');
  writer.u16(values.size);
  let array = 0;
  for (const [name, value] of values) {
    writer.text(name);
    if (!isArrayValue(value)) {
      writeScalar(value);
      continue;
    }
    writeArray(value, layout.offsets[array]!);
    array += 1;
  }
  return writer.finish();
}

function writeScalar(value: Exclude<ChannelValue, ArrayValue>): void {
  if (value === null) {
    writer.u8(VALUE.null);
  } else if (value instanceof TypedScalar) {
    writer.u8(VALUE.scalar);
    writer.u8(TYPES.indexOf(value.type));
    if (typeof value.value === 'bigint' || !value.type.startsWith('float')) writer.i64(BigInt(value.value));
    else writer.f64(value.value);
  } else if (typeof value === 'boolean') {
    writer.u8(VALUE.bool);
    writer.u8(value ? 1 : 0);
  } else if (typeof value === 'bigint') {
    writer.u8(VALUE.int);
    writer.i64(value);
  } else if (typeof value === 'number') {
    writer.u8(VALUE.float);
    writer.f64(value);
  } else {
    writer.u8(VALUE.text);
    writer.text(value);
  }
}

function writeArray({ type, shape }: ArrayValue, offset: number): void {
  writer.u8(VALUE.array);
  writer.u8(TYPES.indexOf(type));
  writer.u8(shape.length);
  for (const size of shape) writer.u32(size);
  writer.i64(BigInt(offset));
}

/** @throws RangeError for a message that no host sends */
export function decodeAnswer(message: Buffer): HostAnswer {
  const reader = new ByteReader(message);
  const type = reader.u8();
  switch (type) {
    case ANSWER.loaded:
      return { type: 'loaded' };
    case ANSWER.loadFailed:
      return { type: 'loadFailed', message: reader.text(), trace: reader.text() || null };
    case ANSWER.failed:
      return { type: 'failed', id: reader.u32(), message: reader.text(), trace: reader.text() || null };
    case ANSWER.log:
      return { type: 'log', level: LEVELS[reader.u8()] ?? 'error', text: reader.text() };
    case ANSWER.result:
      return { type: 'result', id: reader.u32(), read: (slot, wanted) => readResult(reader, slot, wanted) };
  }
  throw new RangeError(`A message of the unknown type ${type}`);
}

function readResult(reader: ByteReader, slot: Slot, wanted: (name: string) => boolean): HostResult {
  const has = reader.u8();
  slot.output.follow(Number(reader.i64()));
  const seconds = reader.i64();
  const nanoseconds = reader.i64();
  const pulseId = reader.i64();
  const dataSize = Number(reader.i64());
  return {
    values: has & HAS.values ? readValues(reader, slot, wanted) : null,
    timestamp: has & HAS.timestamp ? { seconds, nanoseconds } : null,
    pulseId: has & HAS.pulseId ? pulseId : null,
    dataSize,
  };
}

function readValues(reader: ByteReader, slot: Slot, wanted: (name: string) => boolean): ChannelValues {
  const values: ChannelValues = new Map();
  const count = reader.u16();
  for (let index = 0; index < count; index += 1) {
    const name = reader.text();
    const isWanted = wanted(name);
    const value = readValue(reader, slot, isWanted);
    if (isWanted) values.set(name, value);
  }
  return values;
}

function readValue(reader: ByteReader, slot: Slot, isWanted: boolean): ChannelValue {
  const kind = reader.u8();
  switch (kind) {
    case VALUE.null:
      return null;
    case VALUE.bool:
      return reader.u8() !== 0;
    case VALUE.int:
      return reader.i64();
    case VALUE.float:
      return reader.f64();
    case VALUE.text:
      return reader.text();
    case VALUE.scalar:
      return readScalar(reader);
    case VALUE.array:
      return readArray(reader, slot.output, isWanted);
    case VALUE.inputArray:
      return readArray(reader, slot.input, isWanted);
  }
  throw new RangeError(`A value of the unknown kind ${kind}`);
}

function readScalar(reader: ByteReader): ChannelValue {
  const type = typeOf(reader.u8()) as NumericType;
  if (type.startsWith('float')) return new TypedScalar(type, reader.f64());
  const value = reader.i64();
  if (type === 'uint64') return new TypedScalar(type, BigInt.asUintN(64, value));
  return new TypedScalar(type, type === 'int64' ? value : Number(value));
}

/** Copies the array out, because the memory is used again while ZeroMQ may still hold the array. */
function readArray(reader: ByteReader, memory: SharedMemory, isWanted: boolean): ArrayValue | null {
  const type = typeOf(reader.u8());
  const shape = Array.from({ length: reader.u8() }, () => reader.u32());
  const offset = Number(reader.i64());
  if (!isWanted) return null;
  const length = shape.reduce((product, size) => product * size, 1);
  const bytes = length * elementSize(type);
  memory.fetch(offset, bytes);
  const copy = allocateOutgoing(bytes);
  new Uint8Array(copy, 0, bytes).set(new Uint8Array(memory.memory, offset, bytes));
  return { type, shape, data: viewElements(type, copy, 0, length) };
}

function typeOf(code: number): ElementType {
  const type = TYPES[code];
  if (type === undefined) throw new RangeError(`An unknown element type ${code}`);
  return type;
}
