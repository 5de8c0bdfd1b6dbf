/**
 * The golden vectors of `test/fixtures/vectors`: inputs and results recorded from the original.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseNpy } from '../../src/common/npy.js';
import { packageRoot } from '../../src/common/package.js';
import { type ArrayValue, type ChannelValue, isArrayValue, TypedScalar } from '../../src/common/values.js';

const folder = join(packageRoot, 'test', 'fixtures', 'vectors');

export interface ExpectedOutput {
  readonly name: string;
  readonly python_type: string;
  readonly dtype?: string;
  readonly shape?: number[];
  readonly file?: string;
  readonly value?: unknown;
  readonly tolerance?: Tolerance;
  readonly channel?: { readonly type: string; readonly shape: number[] };
}

export type Tolerance =
  | 'exact'
  | 'json'
  | 'not compared'
  | { readonly rtol: number; readonly atol: number; readonly max_mismatch_fraction?: number };

export type ExpectedResult =
  | { readonly outputs: readonly ExpectedOutput[] | null }
  | { readonly raises: { readonly type: string; readonly message: string } };

export interface VectorCase {
  readonly id: string;
  readonly kind: string;
  readonly note?: string;
  readonly inputs: Record<string, { file: string; dtype?: string; shape?: number[] } | null>;
  readonly params: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
  readonly tolerance?: Tolerance;
  readonly sensitive_outputs?: string[];
  readonly residual_sum_of_squares?: number;
}

let cases: VectorCase[] | null = null;

/** All cases of one kind. @throws when there are none, so that a test cannot pass by comparing nothing */
export function vectorCases(kind: string): VectorCase[] {
  cases ??= (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { cases: VectorCase[] })
    .cases;
  const found = cases.filter((entry) => entry.kind === kind);
  if (found.length === 0) throw new Error(`No vectors of kind ${kind}`);
  return found;
}

export function vectorFile(name: string): Buffer {
  return readFileSync(join(folder, name));
}

export function vectorArray(name: string): ArrayValue {
  return parseNpy(vectorFile(name));
}

/** The input array of that name, or null. */
export function inputArray(entry: VectorCase, name: string): ArrayValue | null {
  const input = entry.inputs[name];
  return input === null || input === undefined ? null : vectorArray(input.file);
}

/** Compares a value with what is expected: type, shape and content. */
export function expectValue(
  actual: ChannelValue,
  expected: ExpectedOutput,
  fallback: Tolerance = 'exact',
): void {
  const tolerance = expected.tolerance ?? fallback;
  const where = expected.name ?? '';
  if (tolerance === 'not compared') return;
  if (expected.file !== undefined) {
    expectArray(actual, vectorArray(expected.file), tolerance, where);
  } else if (tolerance === 'json') {
    expect(JSON.parse(String(actual)), where).to.deep.equal(JSON.parse(String(expected.value)));
  } else if (expected.value === null || typeof expected.value === 'boolean') {
    expect(actual, where).to.equal(expected.value);
  } else if (expected.python_type === 'str') {
    expect(actual, where).to.equal(expected.value);
  } else if (Array.isArray(expected.value)) {
    expect(
      isArrayValue(actual) ? Array.from(actual.data as Float64Array, Number) : actual,
      where,
    ).to.deep.equal(expected.value);
  } else {
    expectScalar(actual, expected, tolerance, where);
  }
}

function expectScalar(
  actual: ChannelValue,
  expected: ExpectedOutput,
  tolerance: Tolerance,
  where: string,
): void {
  if (expected.dtype !== undefined && actual instanceof TypedScalar) {
    expect(actual.type, `${where}: type`).to.equal(expected.dtype);
  }
  const plain = actual instanceof TypedScalar ? actual.value : actual;
  if (typeof plain === 'bigint') expect(plain.toString(), where).to.equal(String(expected.value));
  else expectNumber(plain as number, toNumber(expected.value), tolerance, where);
}

function expectArray(actual: ChannelValue, expected: ArrayValue, tolerance: Tolerance, where: string): void {
  if (actual === null || !isArrayValue(actual))
    throw new Error(`${where}: an array is expected, not ${String(actual)}`);
  expect(actual.type, `${where}: type`).to.equal(expected.type);
  expect(actual.shape, `${where}: shape`).to.deep.equal(expected.shape);
  const allowed = typeof tolerance === 'object' ? (tolerance.max_mismatch_fraction ?? 1) : 1;
  let mismatches = 0;
  for (let index = 0; index < expected.data.length; index += 1) {
    const [left, right] = [actual.data[index], expected.data[index]];
    if (left === right || (Number.isNaN(left) && Number.isNaN(right))) continue;
    mismatches += 1;
    if (typeof left === 'bigint') throw new Error(`${where}[${index}]: ${left} instead of ${right}`);
    expectNumber(left as number, right as number, tolerance, `${where}[${index}]`);
  }
  expect(mismatches, `${where}: elements that differ`).to.be.at.most(allowed * expected.data.length);
}

function expectNumber(actual: number, expected: number, tolerance: Tolerance, where: string): void {
  if (Number.isNaN(expected) || !Number.isFinite(expected) || typeof tolerance !== 'object') {
    if (Number.isNaN(expected) ? !Number.isNaN(actual) : actual !== expected) {
      throw new Error(`${where}: ${actual} instead of ${expected}`);
    }
    return;
  }
  const margin = tolerance.atol + tolerance.rtol * Math.abs(expected);
  if (!(Math.abs(actual - expected) <= margin)) {
    throw new Error(`${where}: ${actual} instead of ${expected} ± ${margin}`);
  }
}

function toNumber(value: unknown): number {
  if (value === 'nan') return Number.NaN;
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  if (value === '-inf') return Number.NEGATIVE_INFINITY;
  return Number(value);
}
