import { expect } from 'chai';
import fc from 'fast-check';
import { allocateElements, type NumericType } from '../../src/common/dtype.js';
import type { JsonObject } from '../../src/common/json.js';
import type { Image } from '../../src/processing/kernels.js';
import { compilePlan } from '../../src/processing/plan.js';
import { readPreparation } from '../../src/processing/preparation.js';
import { runPlan } from '../../src/processing/run-plan.js';
import { toArrayValue, viewOf } from '../../src/processing/views.js';
import { implementations, pixelAxis } from './support.js';

type Rows = number[][];

/** The steps one after the other on lists of lists, as the specification words them. */
function prepareStepByStep(rows: Rows, background: Rows, parameters: JsonObject): Rows {
  let image = rows;
  const {
    binning_x: bx,
    binning_y: by,
    image_region_of_interest: region,
    image_threshold: threshold,
  } = parameters as {
    binning_x: number;
    binning_y: number;
    image_region_of_interest: number[];
    image_threshold: number;
  };
  if (bx > 1 || by > 1) image = bin(image, bx, by);
  if (parameters.image_background_enable) {
    image = image.map((row, y) =>
      row.map((pixel, x) =>
        parameters.image_background_enable === 'signed'
          ? Math.trunc(pixel) - background[y][x]
          : Math.max(pixel - background[y][x], 0),
      ),
    );
  }
  if (parameters.mirror_x) image = image.map((row) => row.toReversed());
  if (parameters.mirror_y) image = image.toReversed();
  const turns = ((Math.trunc((parameters.rotation as { angle: number }).angle / 90) % 4) + 4) % 4;
  for (let turn = 0; turn < turns; turn += 1) image = quarterTurn(image);
  if (region) {
    const [height, width] = [image.length, image[0].length];
    const [w, h] = [Math.min(region[1], width), Math.min(region[3], height)];
    const [left, top] = [
      Math.max(0, Math.min(region[0], width - w)),
      Math.max(0, Math.min(region[2], height - h)),
    ];
    image = image.slice(top, top + h).map((row) => row.slice(left, left + w));
  }
  if (threshold > 0)
    image = image.map((row) => row.map((pixel) => (pixel < Math.trunc(threshold) ? 0 : pixel)));
  return image;
}

function bin(image: Rows, bx: number, by: number): Rows {
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return range(Math.floor(image.length / by)).map((y) =>
    range(Math.floor(image[0].length / bx)).map((x) => {
      const block = image.slice(y * by, (y + 1) * by).flatMap((row) => row.slice(x * bx, (x + 1) * bx));
      return Math.trunc(
        Math.min(
          65535,
          Math.max(
            0,
            block.reduce((sum, pixel) => sum + pixel, 0),
          ),
        ),
      );
    }),
  );
}

/** Counter-clockwise: the last column becomes the first row. */
function quarterTurn(image: Rows): Rows {
  const width = image[0].length;
  return Array.from({ length: width }, (_, index) => image.map((row) => row[width - 1 - index]));
}

function imageFrom(type: NumericType, rows: Rows): Image {
  const data = allocateElements(type, rows.length * rows[0].length);
  (data as Float64Array).set(rows.flat());
  return viewOf(data, rows.length, rows[0].length);
}

/** Whole pixels, which every type holds and every order of sums gives the same result for. */
const pixels = (rows: number, columns: number, maximum: number): fc.Arbitrary<Rows> =>
  fc.array(fc.array(fc.integer({ min: 0, max: maximum }), { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });

const cases = fc
  .record({
    rows: fc.integer({ min: 3, max: 12 }),
    columns: fc.integer({ min: 3, max: 40 }),
    binningX: fc.integer({ min: 1, max: 3 }),
    binningY: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom<NumericType>('uint8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'),
  })
  .chain((shape) =>
    fc.record({
      type: fc.constant(shape.type),
      image: pixels(shape.rows, shape.columns, shape.type === 'uint8' ? 255 : 30_000),
      background: pixels(
        Math.floor(shape.rows / shape.binningY),
        Math.floor(shape.columns / shape.binningX),
        shape.type === 'uint8' ? 300 : 40_000,
      ),
      parameters: fc.record({
        binning_x: fc.constant(shape.binningX),
        binning_y: fc.constant(shape.binningY),
        image_background_enable: fc.constantFrom(false, true, 'signed'),
        mirror_x: fc.boolean(),
        mirror_y: fc.boolean(),
        rotation: fc.record({ angle: fc.constantFrom(0, 90, 180, -90, 300), mode: fc.constant('ortho') }),
        image_region_of_interest: fc.constantFrom<number[] | null>(
          null,
          [1, 2, 0, 100],
          [-3, 5, 2, 1],
          [7, 20, 7, 3],
        ),
        image_threshold: fc.constantFrom(null, 0, 0.5, 100, 5000.9),
      }),
    }),
  );

for (const kernels of implementations) {
  describe(`processing/run-plan with ${kernels.name} kernels`, () => {
    it('gives what the steps give one after the other, into new or given memory, with matching statistics', () => {
      fc.assert(
        fc.property(cases, fc.boolean(), ({ type, image: rows, background, parameters }, isGiven) => {
          const image = imageFrom(type, rows);
          const received = image.data.slice();
          const dark = imageFrom('uint16', background) as never;
          const plan = compilePlan(readPreparation(parameters), { type, shape: image.shape }, dark);
          const [height, width] = plan.outputShape;
          const destination = isGiven ? allocateElements(plan.outputType, height * width) : null;
          const frame = { image, x: pixelAxis(rows[0].length), y: pixelAxis(rows.length) };
          const prepared = runPlan(kernels, plan, frame, { destination })!;
          const expected = prepareStepByStep(rows, background, parameters);

          const value = toArrayValue(prepared.image);
          expect(value.type).to.equal(plan.outputType);
          expect(Array.from(value.data, Number)).to.deep.equal(expected.flat());
          expect([value.shape[0], value.shape[1]]).to.deep.equal([expected.length, expected[0].length]);
          expect([prepared.y.length, prepared.x.length]).to.deep.equal(value.shape.slice());
          expect(image.data).to.deep.equal(received);
          const { minimum, maximum, xProfile, yProfile, intensity } = prepared.statistics!;
          expect([minimum, maximum].map(Number)).to.deep.equal([
            Math.min(...expected.flat()),
            Math.max(...expected.flat()),
          ]);
          const sum = (values: number[]): number => values.reduce((total, each) => total + each, 0);
          expect(Array.from(yProfile, Number)).to.deep.equal(expected.map(sum));
          expect(Array.from(xProfile, Number)).to.deep.equal(
            expected[0].map((_, x) => sum(expected.map((row) => row[x]))),
          );
          expect(Number(intensity)).to.equal(sum(expected.flat()));
        }),
        { numRuns: 300 },
      );
    });
  });
}
