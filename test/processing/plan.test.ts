import { expect } from 'chai';
import { elementTypeOf } from '../../src/common/dtype.js';
import { CamServerError } from '../../src/common/errors.js';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { type ArrayValue, arrayValue, type ChannelValue } from '../../src/common/values.js';
import { RunningMean } from '../../src/processing/averaging.js';
import type { Axes } from '../../src/processing/axes.js';
import type { Image, Kernels } from '../../src/processing/kernels.js';
import { compilePlan } from '../../src/processing/plan.js';
import { readPreparation } from '../../src/processing/preparation.js';
import type { Axis } from '../../src/processing/profiles.js';
import { referenceKernels } from '../../src/processing/reference/index.js';
import { runPlan } from '../../src/processing/run-plan.js';
import { toArrayValue, viewOf } from '../../src/processing/views.js';
import {
  type ExpectedOutput,
  type ExpectedResult,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { implementations, inputFrames, pixelAxis, uint16Image } from './support.js';

type Parameters = JsonObject & {
  mirror_x?: boolean;
  mirror_y?: boolean;
  rotation?: { angle: number; mode: string };
};

/**
 * The vectors record the pre-processing step alone, into which the original gives axes that it has mirrored and turned
 * before (and thus wrongly, before they are binned). Here both are one step, so the axes are put back first.
 */
function axesBefore({ x, y }: Axes, parameters: Parameters): Axes {
  const mirrored = {
    x: parameters.mirror_x ? x.toReversed() : x,
    y: parameters.mirror_y ? y.toReversed() : y,
  };
  const isTurned = parameters.rotation?.mode === 'ortho';
  return isTurned ? { x: mirrored.y.toReversed(), y: mirrored.x } : mirrored;
}

function prepareAll(kernels: Kernels, entry: VectorCase): (() => Record<string, ChannelValue> | null)[] {
  const parameters = entry.params.parameters as Parameters;
  const given = inputArray(entry, 'background');
  const background = given && uint16Image(given);
  const runningMean = new RunningMean();
  const recorded = {
    x: (inputArray(entry, 'x_axis') as ArrayValue).data as Axis,
    y: (inputArray(entry, 'y_axis') as ArrayValue).data as Axis,
  };
  const axes = axesBefore(recorded, parameters);
  return inputFrames(entry).map((image) => () => {
    const input = { type: elementTypeOf(image.data), shape: image.shape };
    const plan = compilePlan(readPreparation(parameters), input, background);
    const prepared = runPlan(kernels, plan, { image, ...axes }, { runningMean });
    if (prepared === null) return null;
    expect(elementTypeOf(prepared.image.data)).to.equal(plan.outputType);
    expect(prepared.image.shape).to.deep.equal(plan.outputShape);
    return {
      image: toArrayValue(prepared.image),
      x_axis: arrayValue(prepared.x),
      y_axis: arrayValue(prepared.y),
      'parameters.background_data': plan.passiveBackground && toArrayValue(plan.passiveBackground),
      'parameters.processing_error': plan.processingError,
    };
  });
}

for (const kernels of implementations) {
  describe(`processing/plan with ${kernels.name} kernels: golden vectors of preparation`, () => {
    for (const entry of vectorCases('pre_process')) {
      it(entry.id, () => {
        const results = entry.expected.frames as ExpectedResult[];
        const frames = prepareAll(kernels, entry);
        expect(frames.length).to.equal(results.length);
        frames.forEach((prepare, index) => {
          const expected = results[index];
          if ('raises' in expected) {
            expect(prepare).to.throw(CamServerError, expected.raises.message);
            return;
          }
          const actual = prepare();
          if (expected.outputs === null) expect(actual).to.equal(null);
          else {
            for (const output of expected.outputs) {
              expectValue(actual?.[output.name] ?? null, output as ExpectedOutput, entry.tolerance);
            }
          }
        });
      });
    }
  });
}

describe('processing/plan', () => {
  const prepared = (image: Image, json: string, destination: Uint16Array | null = null) => {
    const input = { type: elementTypeOf(image.data), shape: image.shape };
    const plan = compilePlan(readPreparation(parseJson(json) as JsonObject), input, null);
    const frame = { image, x: pixelAxis(image.shape[1]), y: pixelAxis(image.shape[0]) };
    return { plan, result: runPlan(referenceKernels, plan, frame, { destination })! };
  };
  const image = viewOf(
    Uint16Array.from({ length: 6 }, (_, index) => 10 * index),
    2,
    3,
  );

  it('hands the received memory on when nothing changes', () => {
    const { plan, result } = prepared(image, '{}');
    expect(plan.changesImage).to.equal(false);
    expect(result.image).to.equal(image);
    expect(result.statistics?.maximum).to.equal(50);
  });

  it('does background, threshold and statistics in one pass into the destination', () => {
    const calls: unknown[] = [];
    const counting: Kernels = {
      ...referenceKernels,
      pass: (...call) => {
        calls.push(call);
        return referenceKernels.pass(...call);
      },
    };
    const preparation = readPreparation({
      image_background_enable: true,
      image_threshold: 12,
      mirror_x: true,
      image_region_of_interest: [1, 2, 0, 2],
      rotation: { angle: 90, mode: 'ortho' },
    });
    const background = viewOf(new Uint16Array(6).fill(5), 2, 3);
    const plan = compilePlan(preparation, { type: 'uint16', shape: [2, 3] }, background);
    const destination = new Uint16Array(new SharedArrayBuffer(8));
    const frame = { image, x: pixelAxis(3), y: pixelAxis(2) };
    const result = runPlan(counting, plan, frame, { destination })!;
    expect(calls.length).to.equal(1);
    expect(result.image.data).to.equal(destination);
    expect([...destination]).to.deep.equal([0, 25, 0, 35]);
    expect(result.statistics?.intensity).to.equal(60n);
  });

  it('fills the destination also when the pixels stay as they are', () => {
    const destination = new Uint16Array(6);
    expect(prepared(image, '{}', destination).result.image.data).to.equal(destination);
    expect([...destination]).to.deep.equal([...image.data]);
  });

  it('bins the axes before it mirrors and turns them, so that the end is cut where the image is (N13)', () => {
    const wide = viewOf(new Uint16Array(10).fill(1), 2, 5);
    const turned = prepared(
      wide,
      '{"binning_x": 2, "rotation": {"angle": 90, "mode": "ortho"}, "mirror_x": true}',
    );
    expect([...turned.result.x]).to.deep.equal([0, 1]);
    expect([...turned.result.y]).to.deep.equal([0.5, 2.5]);
    expect(turned.plan.outputShape).to.deep.equal([2, 2]);
  });

  it('clips means of binning instead of letting them wrap (N12)', () => {
    const negative = viewOf(Int16Array.of(-4, -4, 8, 8), 2, 2);
    const { result } = prepared(negative, '{"binning_x": 2, "binning_mean": true}');
    expect([...result.image.data]).to.deep.equal([0, 8]);
  });

  it('refuses images and destinations that it was not compiled for', () => {
    const { plan } = prepared(image, '{}');
    const axes = { x: pixelAxis(3), y: pixelAxis(2) };
    const other = viewOf(new Uint8Array(6), 2, 3);
    expect(() => runPlan(referenceKernels, plan, { image: other, ...axes })).to.throw(
      TypeError,
      'The plan is for uint16 images of 2x3, not uint8 of 2x3 (rows x columns)',
    );
    expect(() =>
      runPlan(referenceKernels, plan, { image, ...axes }, { destination: new Uint16Array(5) }),
    ).to.throw(TypeError, 'The destination must have 6 elements of type uint16, not 5 of uint16');
  });

  it('fails when no pixel is left', () => {
    expect(() => prepared(image, '{"binning_x": 4}')).to.throw(CamServerError, 'leaves no pixel');
    expect(() => prepared(image, '{"image_region_of_interest": [0, 0, 0, 2]}')).to.throw(
      CamServerError,
      'The region of interest [0, 0, 0, 2] leaves no pixel',
    );
  });

  it('publishes a type of its own for a signed difference only when something is subtracted', () => {
    const preparation = readPreparation({ image_background_enable: 'signed', notify_on_error: true });
    const wrong = viewOf(new Uint16Array(4), 2, 2);
    const plan = compilePlan(preparation, { type: 'uint16', shape: [2, 3] }, wrong);
    expect([plan.outputType, plan.processingError]).to.deep.equal(['uint16', 'Bad background image size']);
  });
});
