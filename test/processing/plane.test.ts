import { expect } from 'chai';
import fc from 'fast-check';
import { allocateElements, type NumericType, type TypedArray } from '../../src/common/dtype.js';
import { nativePlaneKernels } from '../../src/processing/plane.js';
import type { Distribution, PlaneKernels } from '../../src/processing/plane-kernels.js';
import { referencePlaneKernels } from '../../src/processing/reference/plane.js';
import { crop, mirrorView, viewOf } from '../../src/processing/views.js';

const TYPES: NumericType[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
];

function imageOfType(type: NumericType, rows: number, columns: number, values: readonly number[]) {
  const data = allocateElements(type, rows * columns);
  for (let i = 0; i < data.length; i += 1) {
    const value = values[i % values.length]!;
    const isUnsigned = type.startsWith('u');
    const number = type.startsWith('float') ? value / 3 : isUnsigned ? Math.abs(value) : value;
    (data as { [index: number]: unknown })[i] =
      type.endsWith('64') && !type.startsWith('f') ? BigInt(number) : number;
  }
  return viewOf(data as TypedArray, rows, columns);
}

async function measured(kernels: PlaneKernels, image: ReturnType<typeof viewOf>, bins: number) {
  const counts = new Uint32Array(bins).fill(9);
  return { ...(await kernels.measure(image, counts)), counts };
}

describe('planes for viewers', () => {
  for (const [name, kernels] of Object.entries({
    native: nativePlaneKernels,
    reference: referencePlaneKernels,
  })) {
    describe(name, () => {
      before(function () {
        if (kernels === null) this.skip();
      });

      it('counts each value of small integers', async () => {
        const image = viewOf(new Int16Array([-3, 5, 5, 0, -3, 32767]), 2, 3);
        const { counts, ...rest } = await measured(kernels!, image, 65_536);
        const expected: Distribution = { low: -32768, scale: 1, minimum: -3, maximum: 32767, notFinite: 0 };
        expect(rest).to.deep.equal(expected);
        expect([counts[32765], counts[32768], counts[32773], counts[65535]]).to.deep.equal([2, 1, 2, 1]);
        expect(counts.reduce((sum, count) => sum + count)).to.equal(6);
      });

      it('spreads other values from minimum to maximum, without those that are not finite', async () => {
        const image = viewOf(new Float32Array([0, 10, 5, NaN, Infinity, 9.99]), 2, 3);
        const { counts, minimum, maximum, notFinite } = await measured(kernels!, image, 10);
        expect([minimum, maximum, notFinite]).to.deep.equal([0, 10, 2]);
        expect([...counts]).to.deep.equal([1, 0, 0, 0, 1, 0, 0, 0, 0, 2]);
      });

      it('tells that there is no finite value', async () => {
        const { counts, minimum, maximum } = await measured(
          kernels!,
          viewOf(new Float64Array([NaN]), 1, 1),
          4,
        );
        expect([minimum, maximum]).to.deep.equal([Infinity, -Infinity]);
        expect([...counts]).to.deep.equal([0, 0, 0, 0]);
      });

      it('reduces blocks to their mean or their largest pixel, smaller ones at the edges too', async () => {
        const image = viewOf(new Uint16Array([1, 3, 10, 5, 7, 20, 100, 200, 65535]), 3, 3);
        const plane = new Uint16Array(4);
        await kernels!.reduce(image, { factor: 2, peak: false, low: 0, scale: 1 }, plane);
        expect([...plane]).to.deep.equal([4, 15, 150, 65535]);
        await kernels!.reduce(image, { factor: 2, peak: true, low: 0, scale: 1 }, plane);
        expect([...plane]).to.deep.equal([7, 20, 200, 65535]);
      });

      it('limits what lies beyond the range', async () => {
        const plane = new Uint8Array(4);
        const image = viewOf(new Float64Array([-1, 0.5, 2, NaN]), 2, 2);
        await kernels!.reduce(image, { factor: 1, peak: false, low: 0, scale: 255 }, plane);
        expect([...plane]).to.deep.equal([0, 128, 255, 0]);
      });
    });
  }

  it('gives the same from both implementations, for any type and view', async function () {
    if (nativePlaneKernels === null) this.skip();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TYPES),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.integer({ min: -120, max: 127 }), { minLength: 1, maxLength: 50 }),
        async (type, rows, columns, factor, peak, isScaled, values) => {
          const whole = imageOfType(type, rows + 2, columns + 1, values);
          const image = mirrorView(crop(whole, 1, columns + 1, 1, rows + 1), peak, !peak);
          const elements = Math.ceil(rows / factor) * Math.ceil(columns / factor);
          const planes = [new Uint16Array(elements), new Uint16Array(elements)] as const;
          const options = { factor, peak, ...(isScaled ? { low: -130, scale: 10 } : { low: 0, scale: 1 }) };
          await nativePlaneKernels!.reduce(image, options, planes[0]);
          await referencePlaneKernels.reduce(image, options, planes[1]);
          expect([...planes[0]]).to.deep.equal([...planes[1]]);
          for (const bins of [65_536, 64]) {
            expect(await measured(nativePlaneKernels!, image, bins)).to.deep.equal(
              await measured(referencePlaneKernels, image, bins),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
