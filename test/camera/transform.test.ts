import { expect } from 'chai';
import fc from 'fast-check';
import { prepareCameraConfiguration } from '../../src/camera/configuration.js';
import { cameraGeometry } from '../../src/camera/geometry.js';
import { readCameraSettings } from '../../src/camera/settings.js';
import { transformImage } from '../../src/camera/transform.js';
import type { JsonObject } from '../../src/common/json.js';
import { type ArrayValue, type ArrayView, arrayValue } from '../../src/common/values.js';
import { kernels } from '../../src/processing/native.js';
import { crop, imageOf, viewOf } from '../../src/processing/views.js';
import { type ExpectedOutput, expectValue, inputArray, vectorCases } from '../support/vectors.js';

function transform(image: ArrayValue, config: JsonObject, background: ArrayValue | null = null): ArrayValue {
  const { geometry: settings } = readCameraSettings(prepareCameraConfiguration({ source: '', ...config }));
  const [height, width] = image.shape;
  const { region } = cameraGeometry({ width, height }, settings);
  const fitted = background === null ? null : (imageOf(background) as ArrayView<Uint16Array>);
  return transformImage(imageOf(image), settings, region, fitted, kernels);
}

describe('camera/transform', () => {
  for (const entry of vectorCases('camera_transform')) {
    it(`gives the image of the original: ${entry.id}`, () => {
      const config = entry.params.config as JsonObject;
      const background = inputArray(entry, 'background');
      // backgrounds belong to the binned image; the original binned them once more
      const fitted =
        background !== null && config.binning_x !== undefined
          ? transform(background, { binning_x: config.binning_x, binning_y: config.binning_y! })
          : background;
      const [expected] = entry.expected.outputs as ExpectedOutput[];
      expectValue(transform(inputArray(entry, 'image')!, config, fitted), expected!, entry.tolerance);
    });
  }

  it('copies nothing when nothing changes', () => {
    const image = arrayValue(new Uint16Array(12), [3, 4]);
    expect(transform(image, {}).data).to.equal(image.data);
    expect(transform(image, { roi: [0, 4, 0, 3] }).data).to.equal(image.data);
    expect(transform(image, { rotate: 1 }).data).to.not.equal(image.data);
  });

  it('never writes into the image it is given', () => {
    const image = arrayValue(
      Uint16Array.from({ length: 12 }, (_, i) => 10 * i),
      [3, 4],
    );
    const before = image.data.slice();
    const background = arrayValue(new Uint16Array(12).fill(35), [3, 4]);
    expect(Array.from(transform(image, {}, background).data as Uint16Array)).to.deep.equal(
      Array.from(before as Uint16Array, (value) => Math.max(0, value - 35)),
    );
    expect(image.data).to.deep.equal(before);
  });

  it('turns pixel by pixel as the definition says, for any size and order of steps', () => {
    const side = fc.integer({ min: 1, max: 7 });
    const config = fc.record({
      mirror_x: fc.boolean(),
      mirror_y: fc.boolean(),
      rotate: fc.integer({ min: -5, max: 5 }),
    });
    fc.assert(
      fc.property(side, side, config, (rows, columns, steps) => {
        const image = arrayValue(
          Int32Array.from({ length: rows * columns }, (_, i) => i),
          [rows, columns],
        );
        const result = transform(image, steps);
        let expected = Array.from({ length: rows }, (_, r) =>
          Array.from({ length: columns }, (_, c) => r * columns + c),
        );
        if (steps.mirror_x) expected = expected.map((row) => row.toReversed());
        if (steps.mirror_y) expected = expected.toReversed();
        for (let turn = 0; turn < (steps.rotate + 8) % 4; turn += 1) {
          const source = expected;
          const width = source[0]!.length;
          expected = Array.from({ length: width }, (_, r) => source.map((row) => row[width - 1 - r]!));
        }
        expect(result.shape).to.deep.equal([expected.length, expected[0]!.length]);
        expect(Array.from(result.data as Int32Array)).to.deep.equal(expected.flat());
      }),
    );
  });

  it('reads an image that lies inside a larger one', () => {
    const view = crop(
      viewOf(
        Uint16Array.from({ length: 20 }, (_, i) => i),
        4,
        5,
      ),
      1,
      3,
      1,
      4,
    );
    const settings = readCameraSettings(prepareCameraConfiguration({ source: '' })).geometry;
    const { region } = cameraGeometry({ width: 2, height: 3 }, settings);
    const result = transformImage(view, settings, region, null, kernels);
    expect(Array.from(result.data as Uint16Array)).to.deep.equal([6, 7, 11, 12, 16, 17]);
  });
});
