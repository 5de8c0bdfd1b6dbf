import { expect } from 'chai';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { type ArrayValue, arrayValue, type ChannelValues, TypedScalar } from '../../src/common/values.js';
import { viewOf } from '../../src/processing/views.js';
import { runFunction } from './run-function.js';
import { implementations, referenceImage, uint16Image } from './support.js';

for (const kernels of implementations) {
  describe(`processing/functions with ${kernels.name} kernels`, () => {
    const image = referenceImage();

    it('merges data over the default channels, keeping their places', () => {
      const bsdata: ChannelValues = new Map([
        ['charge', 2.5],
        ['width', 7],
      ]);
      const channels = runFunction(kernels, 'merge', image, {}, { input: { bsdata } })!;
      expect(channels.size).to.equal(29);
      expect([...channels.keys()].indexOf('width')).to.equal(3);
      expect([channels.get('width'), channels.get('charge')]).to.deep.equal([7, 2.5]);
    });

    it('passes images on without computing anything', () => {
      const channels = runFunction(kernels, 'transparent', image, {})!;
      expect([...channels.keys()].join(' ')).to.equal(
        'x_axis y_axis width height image processing_parameters timestamp',
      );
      const failed = runFunction(kernels, 'transparent', image, {}, { input: { processingError: 'Bad' } })!;
      expect([...failed.keys()].at(-1)).to.equal('processing_parameters');
      expect((failed.get('image') as ArrayValue<Uint16Array>).data.every((pixel) => pixel === 0)).to.equal(
        true,
      );
      expect(image.data.some((pixel) => pixel !== 0)).to.equal(true);
    });

    it('never publishes the background within the parameters (Q24)', () => {
      const parameters = parseJson(
        '{"image_scale": 2.0, "background_data": [1, 2], "name": "ü"}',
      ) as JsonObject;
      const channels = runFunction(kernels, 'transparent', image, parameters)!;
      expect(channels.get('processing_parameters')).to.equal('{"image_scale": 2.0, "name": "\\u00fc"}');
      expect(parameters).to.have.property('background_data');
    });

    it('treats degenerate images as listed', () => {
      const flat = viewOf(new Uint16Array(48).fill(7), 6, 8);
      const parameters = { image_good_region: { threshold: 0.3, gfscale: 1.8 } };
      const channels = runFunction(kernels, 'default', flat, parameters)!;
      const values = ['x_fit_offset', 'x_fit_amplitude', 'x_fit_standard_deviation', 'x_fit_mean'];
      expect(values.map((name) => channels.get(name))).to.deep.equal([42, 0, 1, 0]);
      expect([channels.get('x_center_of_mass'), channels.get('x_rms')]).to.deep.equal([0, 0]);
      expect(channels.get('x_fwhm')).to.be.NaN;
      expect(channels.get('good_region')).to.equal(null);
      const single = runFunction(kernels, 'default', viewOf(Uint8Array.of(5), 1, 1), {})!;
      expect(single.get('x_fwhm')).to.equal(0);
      const point = viewOf(new Uint16Array(48), 6, 8);
      point.data[20] = 100;
      const bright = runFunction(kernels, 'default', point, {})!;
      expect([bright.get('x_center_of_mass'), bright.get('y_center_of_mass')]).to.deep.equal([4, 2]);
      expect(bright.get('x_fwhm')).to.equal(1);
    });

    it('lets NaN pixels spoil the sums but not minimum and maximum', () => {
      const pixels = Float32Array.from({ length: 48 }, (_, index) => index);
      pixels[20] = Number.NaN;
      const channels = runFunction(kernels, 'default', viewOf(pixels, 6, 8), {})!;
      expect(channels.get('min_value')).to.deep.equal(new TypedScalar('float32', 0));
      expect(channels.get('max_value')).to.deep.equal(new TypedScalar('float32', 47));
      for (const name of ['x_fit_offset', 'x_fit_amplitude', 'x_fit_standard_deviation', 'x_rms', 'x_fwhm']) {
        expect(channels.get(name), name).to.be.NaN;
      }
      expect(channels.get('x_fit_mean')).to.equal(4);
    });

    it('has the listed spectrum', () => {
      const pixels = new Uint16Array(40 * 120);
      for (let y = 0; y < 40; y += 1) {
        for (let x = 0; x < 120; x += 1) {
          pixels[120 * y + x] = Math.floor(28800 / (8 + (x - 63) ** 2)) + ((7 * x + 13 * y) % 5);
        }
      }
      const spectrometer = {
        rowLimits: [5, 30] as const,
        energyAxis: Float64Array.from({ length: 150 }, (_, index) => 7000 + 0.25 * index),
        warn: () => undefined,
      };
      const spectrum = (background: ArrayValue | null): ChannelValues =>
        runFunction(
          kernels,
          'psss',
          viewOf(pixels, 40, 120),
          { camera_name: 'C', pixel_bkg: 1.5 },
          {
            input: { spectrometer, background: background && uint16Image(background) },
          },
        )!;
      const sum = (channels: ChannelValues): number =>
        (channels.get('C:SPECTRUM_Y') as ArrayValue<Float64Array>).data.reduce(
          (total, value) => total + value,
          0,
        );
      const numbers = (channels: ChannelValues): number[] =>
        ['CENTER', 'FWHM', 'COM', 'STD'].map((name) => channels.get(`C:SPECTRUM_${name}`) as number);
      const plain = spectrum(null);
      expect(sum(plain)).to.equal(775750);
      [7015.7753297, 8.6751453, 7015.7653972, 2.6615911].forEach((value, index) => {
        // the original sums in 32 bits, which shows in the seventh digit of positions
        expect(numbers(plain)[index]).to.be.closeTo(value, index % 2 === 0 ? 1e-3 : 1e-5);
      });
      const subtracted = spectrum(arrayValue(new Uint16Array(4800).fill(3), [40, 120]));
      expect(sum(subtracted)).to.equal(766750);
      [7015.7871184, 8.6751452, 7015.7753515, 2.5065433].forEach((value, index) => {
        expect(numbers(subtracted)[index]).to.be.closeTo(value, 1e-5);
      });
    });

    it('needs pixel_bkg and 51 columns for a spectrum', () => {
      const spectrometer = {
        rowLimits: [0, 0] as const,
        energyAxis: new Float64Array(24),
        warn: () => undefined,
      };
      expect(() => runFunction(kernels, 'psss', image, {}, { input: { spectrometer } })).to.throw(
        "'pixel_bkg'",
      );
      expect(() =>
        runFunction(kernels, 'psss', image, { pixel_bkg: 0 }, { input: { spectrometer } }),
      ).to.throw("If mode is 'interp'");
    });
  });
}
