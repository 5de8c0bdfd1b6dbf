/** The photon spectrum of a spectrometer's camera: column sums over some rows, and the centre and width of the peak. */
import { formatJson, type JsonObject } from '../../common/json.js';
import { numberOf, wrongValue } from '../../common/leniency.js';
import { type ArrayView, arrayValue, type ChannelValue, type ChannelValues } from '../../common/values.js';
import type { Image } from '../kernels.js';
import { smooth } from '../savitzky-golay.js';
import { everySecond, fitPeak, range, spectrumMoments } from '../spectrum.js';
import { compact } from '../views.js';
import type { ProcessingInput } from './types.js';

type Spectrum = Float32Array | Float64Array;

/** Full width at half maximum of a Gaussian, in sigma, as the original rounds it. */
const WIDTH_OF_SIGMA = 2.355;

/** The peak is fitted when it rises above this many counts per row of the image. */
const SIGNIFICANT_COUNTS = 1.5;

/** So few because the spectrum must keep up with the machine; a good peak needs five. */
const MAXIMUM_EVALUATIONS = 10;

/**
 * `<camera>:processing_parameters`, `:SPECTRUM_Y`, `:SPECTRUM_X`, `:SPECTRUM_CENTER`, `:SPECTRUM_FWHM`, `:SPECTRUM_COM`,
 * `:SPECTRUM_STD`. Null, with a warning, when the energy axis is missing or shorter than the image.
 * @throws CamServerError without `pixel_bkg`, and for images narrower than 51 columns
 */
export function psss(input: ProcessingInput, parameters: JsonObject): ChannelValues | null {
  const { image, kernels, spectrometer } = input;
  const [rows, columns] = image.shape;
  const axis = energyAxis(spectrometer, columns);
  if (axis === null) return null;
  const pixelBackground = numberOf(parameters.pixel_bkg);
  if (pixelBackground === null) throw wrongValue('pixel_bkg', parameters.pixel_bkg, 'a number');
  const background = isFitting(input.background, image) ? input.background : null;
  const limits = spectrometer?.rowLimits ?? [0, 0];
  const spectrum = sumColumns(image, background, pixelBackground, usedRows(limits, rows));
  const smoothed = smooth(spectrum);
  const { minimum, maximum } = range(smoothed);
  const fit = fitPeak(kernels, everySecond(smoothed), everySecond(axis), {
    start: { offset: minimum, amplitude: maximum - minimum },
    maximumEvaluations: MAXIMUM_EVALUATIONS,
    skip: !(maximum - minimum > SIGNIFICANT_COUNTS * rows),
  });
  const moments = spectrumMoments(smoothed, axis);
  const name = parameters.camera_name;
  const shownBackground = background === null ? null : (parameters.image_background ?? null);
  return new Map<string, ChannelValue>([
    [`${name}:processing_parameters`, formatJson({ roi: [...limits], background: shownBackground })],
    [`${name}:SPECTRUM_Y`, arrayValue(spectrum)],
    [`${name}:SPECTRUM_X`, arrayValue(axis)],
    [`${name}:SPECTRUM_CENTER`, fit.center],
    [`${name}:SPECTRUM_FWHM`, WIDTH_OF_SIGMA * fit.sigma],
    [`${name}:SPECTRUM_COM`, moments.centerOfMass],
    [`${name}:SPECTRUM_STD`, moments.standardDeviation],
  ]);
}

function energyAxis(spectrometer: ProcessingInput['spectrometer'], columns: number): Spectrum | null {
  const axis = spectrometer?.energyAxis ?? null;
  if (axis === null) {
    spectrometer?.warn('Energy axis not connected');
    return null;
  }
  if (axis.length < columns) {
    spectrometer?.warn(`Energy axis length ${axis.length} < image width ${columns}`);
    return null;
  }
  return axis.subarray(0, columns);
}

function isFitting(background: ArrayView<Uint16Array> | null, image: Image): boolean {
  return background?.shape[0] === image.shape[0] && background.shape[1] === image.shape[1];
}

/** Limits that make no sense mean all rows. */
function usedRows([minimum, maximum]: readonly [number, number], rows: number): [number, number] {
  return rows >= maximum && maximum > minimum && minimum >= 0 ? [minimum, maximum] : [0, rows];
}

/** Differences in 32 bits; the sums are float32, or float64 when a background is subtracted. */
function sumColumns(
  image: Image,
  background: ArrayView<Uint16Array> | null,
  pixelBackground: number,
  [first, end]: readonly [number, number],
): Spectrum {
  const columns = image.shape[1];
  const sums = new Float64Array(columns);
  const dark = background && compact(background).data;
  for (let row = first; row < end; row += 1) {
    let at = image.offset + row * image.stride[0];
    for (let column = 0; column < columns; column += 1, at += image.stride[1]) {
      const signal = Math.fround(Math.fround(Number(image.data[at])) - Math.fround(pixelBackground));
      sums[column] += dark ? Math.fround(signal - (dark[row * columns + column] as number)) : signal;
    }
  }
  return dark ? sums : Float32Array.from(sums);
}
