import { expect } from 'chai';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import { type ArrayValue, arrayValue, type ChannelValues, TypedScalar } from '../../src/common/values.js';
import { type FunctionOptions, runFunction } from './run-function.js';
import { implementations, referenceImage } from './support.js';

for (const kernels of implementations) {
  describe(`processing/functions with ${kernels.name} kernels: the reference image`, () => {
    const image = referenceImage();
    const number = (channels: ChannelValues | null, name: string): number => {
      const value = channels?.get(name);
      return Number(value instanceof TypedScalar ? value.value : value);
    };
    const expectNumbers = (channels: ChannelValues | null, expected: Record<string, number>): void => {
      for (const [name, value] of Object.entries(expected)) {
        expect(number(channels, name), name).to.be.closeTo(value, 1e-6 * Math.abs(value) + 1e-7);
      }
    };
    const defaults = (json: string, options: FunctionOptions = {}): ChannelValues | null =>
      runFunction(kernels, 'default', image, parseJson(json) as JsonObject, options);

    it('has the listed statistics, widths, moments and fits', () => {
      const channels = defaults('{"fw_threshold": 0.25}');
      expectNumbers(channels, {
        min_value: 8,
        max_value: 901,
        intensity: 27720,
        x_fwhm: 5.574297188755018,
        y_fwhm: 3.4636877229514083,
        x_fw: 9.777777777777779,
        y_fw: 6.205396453322463,
        x_center_of_mass: 10.872110108952603,
        x_rms: 2.0767859248,
        y_center_of_mass: 8.349052660616366,
        y_rms: 1.7822359081,
        x_fit_offset: 520.3345822541,
        x_fit_amplitude: 2313.5239646937,
        x_fit_standard_deviation: 2.6266052614,
        x_fit_mean: 10.9999893759,
        y_fit_offset: 534.8991733338,
        y_fit_amplitude: 4078.8894713429,
        y_fit_standard_deviation: 1.6648656204,
        y_fit_mean: 8.0002857971,
      });
      const curve = channels?.get('x_fit_gauss_function') as ArrayValue<Float32Array>;
      expect(curve.data[0]).to.be.closeTo(520.69421, 1e-4);
      expect(curve.data[11]).to.be.closeTo(2833.8584, 1e-3);
    });

    it('has the 28 channels of the basic case in their order', () => {
      const channels = defaults('{}')!;
      expect(channels.size).to.equal(28);
      expect([...channels.keys()].slice(0, 16).join(' ')).to.equal(
        'x_axis y_axis image width height processing_parameters timestamp min_value max_value x_profile y_profile ' +
          'intensity x_fwhm y_fwhm x_center_of_mass x_rms',
      );
    });

    it('has the listed good region', () => {
      const channels = defaults('{"image_good_region": {"threshold": 0.3, "gfscale": 1.8}}');
      expect([...(channels!.get('good_region') as ArrayValue).data]).to.deep.equal([2n, 2n, 20n, 13n]);
      expectNumbers(channels, {
        gr_intensity: 21853,
        gr_x_fit_offset: 511.0908139905,
        gr_x_fit_amplitude: 2179.139640966,
        gr_x_fit_standard_deviation: 2.3167875026,
        gr_x_fit_mean: 11.0000384577,
        gr_y_fit_offset: 781.5679446978,
        gr_y_fit_amplitude: 3824.7985507831,
        gr_y_fit_standard_deviation: 1.3832450435,
        gr_y_fit_mean: 8.0000002787,
      });
    });

    it('has the listed slices', () => {
      const slices = (count: number, orientation: string): ChannelValues | null =>
        defaults(
          `{"image_good_region": {"threshold": 0.3, "gfscale": 1.8},
            "image_slices": {"number_of_slices": ${count}, "scale": 2, "orientation": "${orientation}"}}`,
        );
      expectNumbers(slices(3, 'vertical'), {
        slice_amount: 3,
        slice_length: 2,
        slice_0_center_x: 11.00226675,
        slice_0_center_y: 6,
        slice_0_standard_deviation: 3.14570401,
        slice_0_intensity: 3449,
        slice_1_center_x: 10.99899302,
        slice_2_center_x: 11.00070612,
        slice_2_intensity: 5628,
      });
      expect(number(slices(3, 'vertical'), 'coupling_slope')).to.be.closeTo(0.00094573298, 1e-7);
      expect(number(slices(3, 'horizontal'), 'coupling_offset')).to.be.closeTo(7.98924788, 1e-6);
      expectNumbers(slices(1, 'horizontal'), {
        slice_0_center_x: 11,
        slice_0_center_y: 8.0001375,
        slice_length: 4,
      });
      expect(slices(1, 'horizontal')?.get('coupling')).to.equal(null);
      const five = slices(5, 'vertical');
      expect(five?.get('slice_3_center_x')).to.equal(null);
      expect(number(five, 'coupling')).to.be.closeTo(-0.00275680245, 1e-6);
    });

    it('counts on calibrated axes', () => {
      const axes = {
        x: Float32Array.from({ length: 24 }, (_, i) => -(i - 12) * 5),
        y: Float32Array.from({ length: 20 }, (_, i) => -(i - 10) * 3),
      };
      expectNumbers(defaults('{}', { axes }), {
        x_fwhm: 27.8714859438,
        x_center_of_mass: 5.6394494603,
        x_rms: 10.3839295148,
        x_fit_mean: 5.0000531251,
        x_fit_standard_deviation: 13.1330262477,
        y_fit_mean: 5.9991426085,
      });
    });

    const background = arrayValue(new Uint16Array(480).fill(12), [20, 24]);
    const prepared: [string, string, string, number[]][] = [
      [
        'background',
        '{"image_background_enable": true}',
        'uint16 20x24',
        [0, 889, 22035, 11.00000432, 2.62068572, 10.87443843],
      ],
      [
        'signed background',
        '{"image_background_enable": "signed"}',
        'int32 20x24',
        [-4, 889, 21960, 10.99998938, 2.62660526, 10.87211011],
      ],
      [
        'region and threshold',
        '{"image_region_of_interest": [4,15,2,12], "image_threshold": 20.7}',
        'uint16 12x15',
        [24, 901, 21178, 10.9996647, 2.16804247, 10.9974095],
      ],
      [
        'binning',
        '{"binning_x": 2, "binning_y": 3}',
        'uint16 6x12',
        [77, 3032, 27189, 10.99381966, 2.70829552, 10.88143974],
      ],
      [
        'mean binning',
        '{"binning_x": 2, "binning_y": 3, "binning_mean": true}',
        'uint16 6x12',
        [12, 505, 4505, 10.99222432, 2.71121823, 10.8714666],
      ],
      [
        'linear rotation',
        '{"rotation": 17}',
        'uint16 20x24',
        [0, 792, 26567, 10.59087384, 2.81388817, 10.43390171],
      ],
      [
        'cubic rotation',
        '{"rotation": {"angle": 17, "order": 3, "mode": "reflect"}}',
        'uint16 20x24',
        [8, 851, 27938, 10.56900437, 2.55886207, 10.24692342],
      ],
      [
        'scale and offset',
        '{"image_scale": 0.5, "image_offset": -3}',
        'float64 20x24',
        [1, 447.5, 12420, 10.99998938, 2.62660526, 10.87211011],
      ],
      [
        'scale that wraps',
        '{"image_scale": 100}',
        'uint16 20x24',
        [800, 51800, 2575392, 10.99971747, 3.32386956, 10.93454184],
      ],
    ];
    for (const [title, json, form, [minimum, maximum, intensity, mean, sigma, center]] of prepared) {
      it(`has the listed values after ${title}`, () => {
        const channels = defaults(json, { background });
        const { type, shape } = channels!.get('image') as ArrayValue;
        expect(`${type} ${shape.join('x')}`).to.equal(form);
        expectNumbers(channels, {
          min_value: minimum,
          max_value: maximum,
          intensity,
          x_fit_mean: mean,
          x_fit_standard_deviation: sigma,
          x_center_of_mass: center,
        });
      });
    }
  });
}
