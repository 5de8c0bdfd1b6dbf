/** What native and reference kernels must have in common. */
import { expect } from 'chai';
import { elementTypeOf, type TypedArray } from '../../src/common/dtype.js';
import type { Image } from '../../src/processing/kernels.js';

const isClose = (left: number, right: number, tolerance: number): boolean =>
  Object.is(left, right) ||
  left === right ||
  (Number.isNaN(left) && Number.isNaN(right)) ||
  Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(right));

/** Floats may be summed in another order, integers are equal. */
export function expectSame(
  actual: unknown,
  expected: unknown,
  what: string,
  tolerance = 1e-6,
  size = 1,
): void {
  const isSame =
    typeof expected === 'number' && typeof actual === 'number'
      ? isClose(actual, expected, tolerance * size)
      : actual === expected;
  if (!isSame) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

export function expectSameElements(
  actual: TypedArray,
  expected: TypedArray,
  what: string,
  tolerance = 1e-6,
  size = 1,
): void {
  expect(elementTypeOf(actual), `${what}: type`).to.equal(elementTypeOf(expected));
  expect(actual.length, `${what}: length`).to.equal(expected.length);
  expected.forEach((value, index) => {
    if (actual[index] !== value) expectSame(actual[index], value, `${what}[${index}]`, tolerance, size);
  });
}

export function expectSameImage(actual: Image, expected: Image, what: string, tolerance = 1e-6): void {
  expect(actual.shape, what).to.deep.equal(expected.shape);
  expectSameElements(actual.data, expected.data, what, tolerance);
}
