import type { Kernels } from '../processing/kernels.js';
import { referenceKernels } from '../processing/reference/index.js';

/** The kernels that cameras use. */
export const kernels: Kernels = referenceKernels;
