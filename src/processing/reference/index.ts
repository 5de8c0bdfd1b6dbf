import type { Kernels } from '../kernels.js';
import { gaussian, gaussianFit, gaussianFitFrom } from './fits.js';
import { accumulate, bin, colorize, convert, pass, scaleOffset } from './pixels.js';
import { rotate } from './rotation.js';

/** All kernels in plain TypeScript: the twin that the addon is compared with, and that serves where it cannot be built. */
export const referenceKernels: Kernels = {
  name: 'reference',
  pass,
  bin,
  rotate,
  scaleOffset,
  convert,
  accumulate,
  gaussianFit,
  gaussianFitFrom,
  gaussian,
  colorize,
};
