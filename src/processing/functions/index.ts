/** The built-in processing functions by the names that configurations use. */
import { processImage } from './default.js';
import { merge } from './merge.js';
import { psen } from './psen.js';
import { psss } from './psss.js';
import { transparent } from './transparent.js';
import type { ProcessingFunction } from './types.js';

/** `default` and `processor` are the same; an empty name means them as well. */
export const PROCESSING_FUNCTIONS: Readonly<Record<string, ProcessingFunction>> = {
  default: processImage,
  processor: processImage,
  transparent,
  merge,
  psen,
  psss,
};
