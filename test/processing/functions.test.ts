import { expect } from 'chai';
import { elementTypeOf } from '../../src/common/dtype.js';
import { type JsonObject, parseJson } from '../../src/common/json.js';
import {
  type ArrayValue,
  arrayValue,
  type ChannelValues,
  isArrayValue,
  type Timestamp,
  TypedScalar,
  timestampFromSeconds,
} from '../../src/common/values.js';
import { RunningMean } from '../../src/processing/averaging.js';
import { PROCESSING_FUNCTIONS } from '../../src/processing/functions/index.js';
import type { ProcessingInput } from '../../src/processing/functions/types.js';
import type { Image, Kernels } from '../../src/processing/kernels.js';
import { compilePlan } from '../../src/processing/plan.js';
import { readPreparation } from '../../src/processing/preparation.js';
import type { Axis } from '../../src/processing/profiles.js';
import { runPlan } from '../../src/processing/run-plan.js';
import { imageOf, viewOf } from '../../src/processing/views.js';
import {
  type ExpectedOutput,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { implementations, inputFrames, pixelAxis, referenceImage, uint16Image } from './support.js';

interface Options {
  readonly axes?: { readonly x: Axis; readonly y: Axis };
  readonly background?: ArrayValue | null;
  readonly runningMean?: RunningMean;
  readonly input?: Partial<ProcessingInput>;
}

/** Preparation and function, as the pipeline does it. */
function run(
  kernels: Kernels,
  name: string,
  image: Image,
  parameters: JsonObject,
  { axes, background = null, runningMean = new RunningMean(), input = {} }: Options = {},
): ChannelValues | null {
  const type = elementTypeOf(image.data);
  const dark = background && uint16Image(background);
  const plan = compilePlan(readPreparation(parameters), { type, shape: image.shape }, dark);
  const frame = { image, x: axes?.x ?? pixelAxis(image.shape[1]), y: axes?.y ?? pixelAxis(image.shape[0]) };
  const prepared = runPlan(kernels, plan, frame, { runningMean });
  if (prepared === null) return null;
  return PROCESSING_FUNCTIONS[name](
    {
      ...prepared,
      kernels,
      pulseId: 1n,
      timestamp: timestampFromSeconds(1.5),
      bsdata: new Map(),
      background: plan.passiveBackground,
      processingError: plan.processingError,
      spectrometer: null,
      ...input,
    },
    parameters,
  );
}

/** Names, order, values and the types on the wire. */
function expectChannels(channels: ChannelValues, entry: VectorCase, expectedOrder?: readonly string[]): void {
  const outputs = entry.expected.outputs as (ExpectedOutput & {
    channel?: { type: string; shape: number[] };
  })[];
  expect([...channels.keys()]).to.deep.equal(expectedOrder ?? outputs.map(({ name }) => name));
  for (const output of outputs) {
    const value = channels.get(output.name) ?? null;
    expectValue(value, output, entry.tolerance);
    if (output.channel !== undefined) expect(wireType(value), output.name).to.equal(output.channel.type);
  }
}

function wireType(value: ReturnType<ChannelValues['get']> | null): string {
  if (value instanceof TypedScalar) return value.type;
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'object' && value !== null && isArrayValue(value) ? value.type : typeof value;
}

/** Seconds, or seconds and nanoseconds. */
function timestampOf(recorded: number | [number, number]): Timestamp {
  if (typeof recorded === 'number') return timestampFromSeconds(recorded);
  const [seconds, nanoseconds] = recorded;
  return { seconds: BigInt(seconds), nanoseconds: BigInt(nanoseconds) };
}

/** Even numbers of slices: the original sends the added slice behind the coupling, here it has its place (N8). */
const NATURAL_ORDER = ['process.slices_even'];

function naturalOrder(entry: VectorCase): string[] {
  const names = (entry.expected.outputs as ExpectedOutput[]).map(({ name }) => name);
  const isCoupling = (name: string): boolean => name.startsWith('coupling');
  return [...names.filter((name) => !isCoupling(name)), ...names.filter(isCoupling)];
}

for (const kernels of implementations) {
  describe(`processing/functions with ${kernels.name} kernels: golden vectors`, () => {
    for (const entry of vectorCases('process')) {
      it(entry.id, () => {
        const parameters = entry.params.parameters as JsonObject;
        const axes = {
          x: inputArray(entry, 'x_axis')!.data as Axis,
          y: inputArray(entry, 'y_axis')!.data as Axis,
        };
        const timestamp = timestampOf(entry.params.timestamp as number | [number, number]);
        const options = {
          axes,
          background: inputArray(entry, 'background'),
          runningMean: new RunningMean(),
          input: { timestamp },
        };
        let channels: ChannelValues | null = null;
        for (const image of inputFrames(entry))
          channels = run(kernels, 'default', image, parameters, options);
        if (channels === null) throw new Error('no result');
        expectChannels(channels, entry, NATURAL_ORDER.includes(entry.id) ? naturalOrder(entry) : undefined);
      });
    }

    for (const entry of vectorCases('psen')) {
      it(entry.id, () => {
        const image = imageOf(inputArray(entry, 'image')!);
        const channels = run(kernels, 'psen', image, entry.params.parameters as JsonObject);
        expectChannels(channels!, entry);
      });
    }

    for (const entry of vectorCases('psss')) {
      it(entry.id, () => {
        const image = imageOf(inputArray(entry, 'image')!);
        const warnings: string[] = [];
        const background = inputArray(entry, 'background');
        const channels = run(kernels, 'psss', image, entry.params.parameters as JsonObject, {
          input: {
            background: background && uint16Image(background),
            spectrometer: {
              rowLimits: entry.params.roi as [number, number],
              energyAxis: (inputArray(entry, 'axis')?.data as Float64Array | undefined) ?? null,
              warn: (message) => warnings.push(message),
            },
          },
        });
        if (entry.expected.outputs === null) {
          expect(channels).to.equal(null);
          expect(warnings[0]).to.match(/^Energy axis (not connected|length 300 < image width 320)$/);
        } else expectChannels(channels!, entry);
      });
    }
  });

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
    const defaults = (json: string, options: Options = {}): ChannelValues | null =>
      run(kernels, 'default', image, parseJson(json) as JsonObject, options);

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

  describe(`processing/functions with ${kernels.name} kernels`, () => {
    const image = referenceImage();

    it('merges data over the default channels, keeping their places', () => {
      const bsdata: ChannelValues = new Map([
        ['charge', 2.5],
        ['width', 7],
      ]);
      const channels = run(kernels, 'merge', image, {}, { input: { bsdata } })!;
      expect(channels.size).to.equal(29);
      expect([...channels.keys()].indexOf('width')).to.equal(3);
      expect([channels.get('width'), channels.get('charge')]).to.deep.equal([7, 2.5]);
    });

    it('passes images on without computing anything', () => {
      const channels = run(kernels, 'transparent', image, {})!;
      expect([...channels.keys()].join(' ')).to.equal(
        'x_axis y_axis width height image processing_parameters timestamp',
      );
      const failed = run(kernels, 'transparent', image, {}, { input: { processingError: 'Bad' } })!;
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
      const channels = run(kernels, 'transparent', image, parameters)!;
      expect(channels.get('processing_parameters')).to.equal('{"image_scale": 2.0, "name": "\\u00fc"}');
      expect(parameters).to.have.property('background_data');
    });

    it('treats degenerate images as listed', () => {
      const flat = viewOf(new Uint16Array(48).fill(7), 6, 8);
      const parameters = { image_good_region: { threshold: 0.3, gfscale: 1.8 } };
      const channels = run(kernels, 'default', flat, parameters)!;
      const values = ['x_fit_offset', 'x_fit_amplitude', 'x_fit_standard_deviation', 'x_fit_mean'];
      expect(values.map((name) => channels.get(name))).to.deep.equal([42, 0, 1, 0]);
      expect([channels.get('x_center_of_mass'), channels.get('x_rms')]).to.deep.equal([0, 0]);
      expect(channels.get('x_fwhm')).to.be.NaN;
      expect(channels.get('good_region')).to.equal(null);
      const single = run(kernels, 'default', viewOf(Uint8Array.of(5), 1, 1), {})!;
      expect(single.get('x_fwhm')).to.equal(0);
      const point = viewOf(new Uint16Array(48), 6, 8);
      point.data[20] = 100;
      const bright = run(kernels, 'default', point, {})!;
      expect([bright.get('x_center_of_mass'), bright.get('y_center_of_mass')]).to.deep.equal([4, 2]);
      expect(bright.get('x_fwhm')).to.equal(1);
    });

    it('lets NaN pixels spoil the sums but not minimum and maximum', () => {
      const pixels = Float32Array.from({ length: 48 }, (_, index) => index);
      pixels[20] = Number.NaN;
      const channels = run(kernels, 'default', viewOf(pixels, 6, 8), {})!;
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
        run(
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
      expect(() => run(kernels, 'psss', image, {}, { input: { spectrometer } })).to.throw("'pixel_bkg'");
      expect(() => run(kernels, 'psss', image, { pixel_bkg: 0 }, { input: { spectrometer } })).to.throw(
        "If mode is 'interp'",
      );
    });
  });
}
