/**
 * Decides into which datasets a message goes. The format of a file is the set of its array channels with their shapes; a
 * message of another format begins a new generation of datasets, or is refused.
 */
import { type ChannelValue, isArrayValue, type Timestamp } from '../../../common/values.js';
import { type Column, columnOf } from './column.js';

export interface Generation {
  /** From 1. */
  readonly number: number;
  readonly columns: readonly Column[];
}

/** A message on its way into the file. */
export interface Row {
  readonly generation: Generation;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  /** One value per column. */
  readonly values: readonly ChannelValue[];
  /** Of the arrays. */
  readonly bytes: number;
}

/**
 * @param change whether a new format begins a new generation
 * @returns called with the messages in their order
 */
export function createRowPlanner(change: boolean) {
  let present: Generation | null = null;
  return (byName: ReadonlyMap<string, ChannelValue>, pulseId: bigint, timestamp: Timestamp): Row => {
    if (present === null || hasOtherFormat(present, byName)) {
      if (present !== null && !change) throw new Error('Data format changed');
      present = { number: (present?.number ?? 0) + 1, columns: columnsOf(byName) };
    }
    const values = present.columns.map(({ name }) => byName.get(name) ?? null);
    return { generation: present, pulseId, timestamp, values, bytes: arrayBytes(values) };
  };
}

function columnsOf(values: ReadonlyMap<string, ChannelValue>): Column[] {
  return Array.from(values, ([name, value]) => columnOf(name, value)).filter((column) => column !== null);
}

/**
 * Whether the array channels or their shapes differ; a known one that is null does not.
 * @throws Error for a scalar channel that has no dataset
 */
function hasOtherFormat({ columns }: Generation, values: ReadonlyMap<string, ChannelValue>): boolean {
  const known = new Map(columns.map((column) => [column.name, column]));
  for (const { name, shape } of columns) if (shape !== null && !values.has(name)) return true;
  let newScalar: string | null = null;
  for (const [name, value] of values) {
    const column = known.get(name);
    if (value === null) continue;
    if (isArrayValue(value)) {
      if (column === undefined ? columnOf(name, value) !== null : !isSameShape(column.shape, value.shape))
        return true;
    } else if (column === undefined) newScalar = name;
    else if (column.shape !== null) return true;
  }
  if (newScalar === null) return false;
  throw new Error(`Channel '${newScalar}' appeared after the file was begun`);
}

function isSameShape(known: readonly number[] | null, shape: readonly number[]): boolean {
  return known !== null && known.length === shape.length && known.every((size, axis) => size === shape[axis]);
}

function arrayBytes(values: readonly ChannelValue[]): number {
  return values.reduce<number>((sum, value) => sum + (isArrayValue(value) ? value.data.byteLength : 0), 0);
}
