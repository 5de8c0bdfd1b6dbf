/** The kernels of the addon against their plain twin on random images, types, strides and options. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  allocateElements,
  elementTypeOf,
  type NumericType,
  type TypedArray,
} from '../../src/common/dtype.js';
import type { ArrayView } from '../../src/common/values.js';
import type { BoundaryMode, Image } from '../../src/processing/kernels.js';
import { crop, mirrorView, turnView, viewOf } from '../../src/processing/views.js';
import { expectSame, expectSameElements, expectSameImage } from './agreement.js';
import { implementations } from './support.js';

const [reference, native] = implementations;

const TYPES: readonly NumericType[] = [
  'uint8',
  'uint16',
  'int16',
  'int32',
  'float32',
  'int8',
  'uint32',
  'int64',
  'uint64',
  'float64',
];
const MODES: readonly BoundaryMode[] = [
  'constant',
  'nearest',
  'mirror',
  'reflect',
  'wrap',
  'grid-wrap',
  'grid-mirror',
  'grid-constant',
];

/** Small numbers with jumps to the limits of the type, repeatable from a seed. */
function fill(data: TypedArray, seed: number, withNaN: boolean): void {
  const target = data as Float64Array;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  let state = seed | 1;
  for (let index = 0; index < data.length; index += 1) {
    state = Math.imul(state, 1664525) + 1013904223;
    const bits = state >>> 8;
    let value = (bits & 1023) - 300;
    if (bits % 37 === 0) value = isFloat ? value * 1e6 + 0.37 : (state | 0) * 3;
    if (isFloat && withNaN && bits % 41 === 0) value = Number.NaN;
    target[index] = (isWide ? BigInt(value) * (bits % 53 === 0 ? 2n ** 40n : 1n) : value) as number;
  }
}

/** A crop of a mirrored or turned larger image, so that offset and strides are of all kinds. */
const images = (types: readonly NumericType[] = TYPES, most = 70): fc.Arbitrary<Image> =>
  fc
    .record({
      type: fc.constantFrom(...types),
      rows: fc.integer({ min: 1, max: most }),
      columns: fc.integer({ min: 1, max: most }),
      margin: fc.integer({ min: 0, max: 3 }),
      mirrorX: fc.boolean(),
      mirrorY: fc.boolean(),
      turns: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
      withNaN: fc.boolean(),
    })
    .map(({ type, rows, columns, margin, mirrorX, mirrorY, turns, seed, withNaN }) => {
      const data = allocateElements(type, (rows + margin) * (columns + margin));
      fill(data, seed, withNaN);
      const whole = viewOf(data, rows + margin, columns + margin);
      return turnView(mirrorView(crop(whole, margin, columns + margin, 0, rows), mirrorX, mirrorY), turns);
    });

describe('processing: native and reference kernels agree', () => {
  it('in the pass, for every type, stride and combination of steps', () => {
    const options = fc.record({
      background: fc.constantFrom(null, 'clamp' as const, 'signed' as const),
      backgroundTurns: fc.boolean(),
      threshold: fc.constantFrom(null, 0, 1, 7, 200, 260, 70000),
      store: fc.boolean(),
      isShared: fc.boolean(),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(
        images(),
        options,
        (image, { background, backgroundTurns, threshold, store, isShared, seed }) => {
          const [rows, columns] = image.shape;
          const dark = new Uint16Array(rows * columns);
          fill(dark, seed, false);
          const darkView = backgroundTurns
            ? turnView(viewOf(dark, columns, rows), 1)
            : viewOf(dark, rows, columns);
          const type = background === 'signed' ? 'int32' : elementTypeOf(image.data);
          const run = (kernels: typeof reference) => {
            const length = rows * columns;
            const shared = allocateElements(type, length);
            const memory = isShared ? new SharedArrayBuffer(shared.byteLength) : shared.buffer;
            const destination = new (shared.constructor as Uint8ArrayConstructor)(
              memory as ArrayBuffer,
              0,
              length,
            );
            const result = kernels.pass(image, {
              background: background === null ? null : (darkView as ArrayView<Uint16Array>),
              backgroundMode: background ?? 'clamp',
              threshold,
              destination: store ? destination : null,
            });
            if (result === null) throw new Error('no statistics');
            return { ...result, destination };
          };
          const [actual, expected] = [run(native), run(reference)];
          const size = rows * columns * 1000;
          for (const key of ['minimum', 'maximum', 'intensity'] as const) {
            expectSame(actual[key], expected[key], key, 1e-6, key === 'intensity' ? size : 1);
          }
          for (const key of ['xProfile', 'yProfile'] as const) {
            expectSameElements(actual[key], expected[key], key, 1e-6, size);
          }
          expectSameElements(actual.destination, expected.destination, 'pixels', 0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('in place, and for rows longer than a piece', () => {
    for (const type of TYPES) {
      const data = allocateElements(type, 3 * 4100);
      fill(data, 5, true);
      const copy = data.slice() as TypedArray;
      const [actual, expected] = [native, reference].map((kernels, index) => {
        const own = index === 0 ? data : copy;
        return kernels.pass(viewOf(own, 3, 4100), { threshold: 9, destination: own });
      });
      expectSameElements(data, copy, type, 0);
      expectSame(actual?.intensity, expected?.intensity, type, 1e-6, 1e9);
    }
  });

  it('in binning', () => {
    const factors = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(images(), factors, factors, fc.boolean(), (image, x, y, mean) => {
        expectSameImage(native.bin(image, x, y, mean), reference.bin(image, x, y, mean), 'binned', 0);
      }),
    );
  });

  it('in rotation, for every order and boundary', () => {
    const angles = fc.oneof(
      fc.constantFrom(0, 90, -180, 450),
      fc.double({ min: -200, max: 200, noNaN: true }),
    );
    fc.assert(
      fc.property(
        images(['uint8', 'uint16', 'int16', 'float32', 'float64'], 20),
        angles,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...MODES),
        (image, angle, order, mode) => {
          const options = { angle, order, mode, fill: 3.5 };
          const [actual, expected] = [native.rotate(image, options), reference.rotate(image, options)];
          // a value that lies on the border between two integers may fall on either side
          const isInteger = !(image.data instanceof Float32Array || image.data instanceof Float64Array);
          expected.data.forEach((value, index) => {
            const difference = Math.abs(Number(actual.data[index]) - Number(value));
            const margin = isInteger ? 1 : 1e-5 * 1e9;
            if (difference > margin)
              throw new Error(`${mode} ${order} at ${index}: ${actual.data[index]}, ${value}`);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('in scale, offset and conversion', () => {
    const operands = fc.record({
      value: fc.constantFrom(-300, -5, 0, 2, 3, 300, 70000),
      type: fc.constantFrom(...TYPES),
    });
    fc.assert(
      fc.property(images(), operands, operands, fc.boolean(), (image, scale, offset, only) => {
        // the types of the steps above never turn floats into integers
        fc.pre(
          !(image.data instanceof Float32Array || image.data instanceof Float64Array) ||
            [scale.type, offset.type].every((type) => type.startsWith('float')),
        );
        fc.pre(!scale.type.startsWith('float') || offset.type.startsWith('float'));
        const second = only ? null : offset;
        expectSameImage(
          native.scaleOffset(image, scale, second),
          reference.scaleOffset(image, scale, second),
          'scaled',
        );
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(images(), fc.constantFrom(...TYPES), (image, type) => {
        expectSameImage(native.convert(image, type), reference.convert(image, type), 'converted', 0);
      }),
      { numRuns: 200 },
    );
  });

  it('in running sums and colours', () => {
    fc.assert(
      fc.property(images(), fc.boolean(), (image, single) => {
        const [rows, columns] = image.shape;
        const sums = [native, reference].map((kernels) => {
          const sum = single ? new Float32Array(rows * columns) : new Float64Array(rows * columns);
          kernels.accumulate(sum, image);
          kernels.accumulate(sum, image);
          return sum;
        });
        expectSameElements(sums[0], sums[1], 'sum', 0);
      }),
    );
    const table = Uint8Array.from({ length: 1024 }, (_, index) => index * 7);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.double({ min: -0.1, max: 1.1 }))), (values) => {
        const normalised = Float64Array.from(values);
        expect(native.colorize(normalised, table)).to.deep.equal(reference.colorize(normalised, table));
      }),
    );
  });
});
