import { expect } from 'chai';
import fc from 'fast-check';
import type { NumericType } from '../../src/common/dtype.js';
import { CamServerError } from '../../src/common/errors.js';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { EarlyAverage, RunningMean } from '../../src/processing/averaging.js';
import { limitRegion, readPreparation } from '../../src/processing/preparation.js';
import { normaliseRotation, readRotation } from '../../src/processing/rotation-settings.js';
import { resultType } from '../../src/processing/scale-types.js';
import { viewOf } from '../../src/processing/views.js';
import { implementations } from './support.js';

const read = (json: string) => readPreparation(parseJson(json) as JsonObject);

describe('processing/preparation', () => {
  it('reads an empty configuration as nothing to do', () => {
    expect(read('{}')).to.deep.equal({
      binningX: 1,
      binningY: 1,
      binningMean: false,
      backgroundMode: 'off',
      backgroundId: null,
      isBackgroundMissing: false,
      notifyOnError: false,
      mirrorX: false,
      mirrorY: false,
      rotation: null,
      regionOfInterest: null,
      threshold: null,
      imageAveraging: 0,
      scale: null,
      offset: null,
    });
  });

  it('cuts the threshold and ignores it up to 0', () => {
    const threshold = (value: number) => readPreparation({ image_threshold: value }).threshold;
    expect([7.9, 0.5, 0, -3].map(threshold)).to.deep.equal([7, 0, null, null]);
  });

  it('notifies by setting, by ending of the name, or by the default of the server', () => {
    expect(read('{"name": "cam_sp"}').notifyOnError).to.equal(true);
    expect(read('{"name": "cam_sp1"}').notifyOnError).to.equal(false);
    expect(read('{"name": null}').notifyOnError).to.equal(false);
    expect(read('{"name": "cam_sp", "notify_on_error": false}').notifyOnError).to.equal(false);
    expect(readPreparation({ name: 'cam' }, true).notifyOnError).to.equal(true);
  });

  it('says what is wrong with a region of interest', () => {
    expect(() => read('{"image_region_of_interest": [1, 2, 3]}')).to.throw(
      CamServerError,
      "Invalid value of 'image_region_of_interest': [1, 2, 3]. It must be null or four whole numbers [x, width, y, height].",
    );
    expect(() => read('{"image_region_of_interest": [1, 2, 3, 4.5]}')).to.throw(CamServerError);
  });

  it('limits regions to the image as the specification lists', () => {
    const limited = (region: number[]) => {
      const [offsetX, sizeX, offsetY, sizeY] = region;
      const { left, right, top, bottom } = limitRegion({ offsetX, sizeX, offsetY, sizeY }, 30, 40);
      return [left, top, right - left, bottom - top];
    };
    expect(limited([5, 10, 6, 7])).to.deep.equal([5, 6, 10, 7]);
    expect(limited([35, 10, 25, 10])).to.deep.equal([30, 20, 10, 10]);
    expect(limited([0, 100, 0, 100])).to.deep.equal([0, 0, 40, 30]);
    expect(limited([-5, 10, -6, 7])).to.deep.equal([0, 0, 10, 7]);
    expect(() => limited([5, 0, 5, 5])).to.throw(CamServerError);
    expect(() => limited([5, -3, 5, 5])).to.throw(CamServerError);
  });

  it('never reads outside of the image, whatever the region', () => {
    const size = fc.integer({ min: 1, max: 50 });
    const any = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(size, size, any, size, any, size, (rows, columns, offsetX, sizeX, offsetY, sizeY) => {
        const { left, right, top, bottom } = limitRegion({ offsetX, sizeX, offsetY, sizeY }, rows, columns);
        expect(left >= 0 && left < right && right <= columns).to.equal(true);
        expect(top >= 0 && top < bottom && bottom <= rows).to.equal(true);
      }),
    );
  });
});

describe('processing/rotation-settings', () => {
  it('completes a number and an object', () => {
    expect(normaliseRotation(17)).to.deep.equal({ angle: 17, order: 1, mode: '0.0' });
    expect(normaliseRotation({ angle: 17, order: 0 })).to.deep.equal({ angle: 17, order: 1, mode: '0.0' });
    for (const nothing of [0, null, undefined, '30', {}, { angle: 'x' }, { angle: 0, order: 3 }]) {
      expect(normaliseRotation(nothing as never)).to.equal(null);
    }
  });

  it('cuts ortho angles to quarter turns', () => {
    const turns = (angle: number) => {
      const rotation = readRotation({ angle, mode: 'ortho' });
      return rotation?.kind === 'ortho' ? rotation.turns : null;
    };
    expect([90, 100, 45, -100, 360, -90].map(turns)).to.deep.equal([1, 1, 0, 3, 0, 3]);
    expect(() => readRotation({ angle: '90', mode: 'ortho' })).to.throw(CamServerError, 'is a text');
  });

  it('takes numbers as fill values, and refuses what it does not know', () => {
    expect(readRotation({ angle: 1, mode: '-5' })).to.deep.include({
      options: { angle: 1, order: 1, mode: 'constant', fill: -5 },
    });
    expect(() => readRotation({ angle: 1, order: 6 })).to.throw(CamServerError, 'spline order not supported');
    expect(() => readRotation({ angle: 1, mode: 'blur' })).to.throw(
      CamServerError,
      'boundary mode not supported',
    );
  });
});

describe('processing/scale-types', () => {
  const images: NumericType[] = ['uint8', 'uint16', 'uint32', 'int16', 'int32', 'float32', 'float64'];
  const typesOf = (value: number, isFloat: boolean) =>
    images.map((image) => resultType(image, { value, isFloat }).replace(/^(.)\D*/, '$1'));

  it('gives the types that were measured', () => {
    expect(typesOf(2, false).join(' ')).to.equal('u8 u16 u32 i16 i32 f32 f64');
    expect(typesOf(300, false).join(' ')).to.equal('u16 u16 u32 i16 i32 f32 f64');
    expect(typesOf(70000, false).join(' ')).to.equal('u32 u32 u32 i32 i32 f64 f64');
    expect(typesOf(-1, false).join(' ')).to.equal('i16 i32 i64 i16 i32 f32 f64');
    expect(typesOf(2, true).join(' ')).to.equal('f64 f64 f64 f64 f64 f32 f64');
    expect(typesOf(0.5, true).join(' ')).to.equal('f64 f64 f64 f64 f64 f32 f64');
  });

  it('finds the edges of the ranges', () => {
    const type = (image: NumericType, value: number) => resultType(image, { value, isFloat: false });
    expect([type('uint8', 255), type('uint8', 256)]).to.deep.equal(['uint8', 'uint16']);
    expect([type('int16', 32767), type('int16', 40000)]).to.deep.equal(['int16', 'int32']);
    expect([type('uint8', -32768), type('uint8', -32769)]).to.deep.equal(['int16', 'int32']);
    expect([type('uint64', 2 ** 63), type('uint64', -1), type('int64', 2 ** 63)]).to.deep.equal([
      'uint64',
      'float64',
      'float64',
    ]);
    expect(resultType('float32', { value: 1e39, isFloat: true })).to.equal('float64');
  });
});

for (const kernels of implementations) {
  describe(`processing/averaging with ${kernels.name} kernels`, () => {
    const image = (...pixels: number[]) => viewOf(Uint16Array.from(pixels), 1, pixels.length);

    it('gives one mean per n images', () => {
      const average = new EarlyAverage();
      const results = [1, 2, 6, 7, 8, 9].map((pixel) => average.push(kernels, image(pixel, 0), 3));
      expect(results.map((result) => result && [...result.data])).to.deep.equal([
        null,
        null,
        [3, 0],
        null,
        null,
        [8, 0],
      ]);
      expect(results[2]?.data).to.be.instanceOf(Float64Array);
    });

    it('gives the mean of the last n images for each', () => {
      const average = new EarlyAverage();
      const results = [1, 2, 6].map((pixel) => average.push(kernels, image(pixel), -2)?.data[0]);
      expect(results).to.deep.equal([1, 1.5, 4]);
    });

    it('drops the frame and what was collected when the shape changes', () => {
      const average = new EarlyAverage();
      const pixels = [image(1), image(1, 2), image(3), image(5)];
      const results = pixels.map((each) => average.push(kernels, each, 2));
      expect(results.map((result) => result?.data[0] ?? null)).to.deep.equal([null, null, null, 4]);
    });

    it('starts a new series of prepared images with the one that differs (Q23)', () => {
      const mean = new RunningMean();
      const pixels = [image(1), image(3), image(1, 2), image(3, 4)];
      const results = pixels.map((each) => mean.push(kernels, each, 3));
      expect(results.map((result) => result && [...result.data])).to.deep.equal([[1], [2], null, [2, 3]]);
    });

    it('keeps copies, because received memory is used again', () => {
      const mean = new RunningMean();
      const reused = image(1);
      mean.push(kernels, reused, 2);
      reused.data[0] = 5;
      expect(mean.push(kernels, reused, 2)?.data[0]).to.equal(3);
    });

    it('stays float32 for float32 images', () => {
      const single = viewOf(Float32Array.of(0.1), 1, 1);
      expect(new EarlyAverage().push(kernels, single, 1)?.data).to.deep.equal(Float32Array.of(0.1));
    });
  });
}
