/** Frames that are processed as a pipeline does it, for the benchmarks of processing. */
import type { ChannelValues } from '../src/common/values.js';
import {
  compilePlan,
  kernels,
  PROCESSING_FUNCTIONS,
  readPreparation,
  runPlan,
  viewOf,
} from '../src/processing/index.js';
import { cameraImage } from './benchmark.js';

/** Frames in turn, so that none is in the cache as a whole when its turn comes. */
const FRAMES = 4;

export interface FrameSource {
  readonly image: Uint16Array;
  readonly background: Uint16Array;
  /** Background, statistics, profiles, widths, moments and both fits of the next frame: the channels of the default function. */
  process(): ChannelValues;
}

export function frameSource(width: number, height: number): FrameSource {
  const image = cameraImage(width, height);
  // noise without the spot
  const background = cameraImage(width, height, 54321).map((pixel) => Math.min(pixel, 115));
  const parameters = { image_background: 'background', image_background_enable: true };
  const plan = compilePlan(
    readPreparation(parameters),
    { type: 'uint16', shape: [height, width] },
    viewOf(background, height, width),
  );
  const axes = {
    x: Float32Array.from({ length: width }, (_, index) => index),
    y: Float32Array.from({ length: height }, (_, index) => index),
  };
  const images = Array.from({ length: FRAMES }, () => viewOf(image.slice(), height, width));
  const destinations = Array.from({ length: FRAMES }, () => new Uint16Array(width * height));
  const details = {
    kernels,
    timestamp: { seconds: 0n, nanoseconds: 0n },
    bsdata: new Map(),
    background: null,
    processingError: null,
    spectrometer: null,
  };
  let pulseId = 0n;
  return {
    image,
    background,
    process() {
      const turn = Number(pulseId) % FRAMES;
      pulseId += 1n;
      const frame = runPlan(
        kernels,
        plan,
        { image: images[turn], ...axes },
        { destination: destinations[turn] },
      );
      return PROCESSING_FUNCTIONS.default({ ...frame!, ...details, pulseId }, parameters)!;
    },
  };
}
