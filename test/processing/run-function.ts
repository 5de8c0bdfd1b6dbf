/** Processing functions as a pipeline calls them. */
import { elementTypeOf } from '../../src/common/dtype.js';
import type { JsonObject } from '../../src/common/json.js';
import { type ArrayValue, type ChannelValues, timestampFromSeconds } from '../../src/common/values.js';
import { RunningMean } from '../../src/processing/averaging.js';
import { PROCESSING_FUNCTIONS } from '../../src/processing/functions/index.js';
import type { ProcessingInput } from '../../src/processing/functions/types.js';
import type { Image, Kernels } from '../../src/processing/kernels.js';
import { compilePlan } from '../../src/processing/plan.js';
import { readPreparation } from '../../src/processing/preparation.js';
import type { Axis } from '../../src/processing/profiles.js';
import { runPlan } from '../../src/processing/run-plan.js';
import { pixelAxis, uint16Image } from './support.js';

export interface FunctionOptions {
  readonly axes?: { readonly x: Axis; readonly y: Axis };
  readonly background?: ArrayValue | null;
  readonly runningMean?: RunningMean;
  readonly input?: Partial<ProcessingInput>;
}

/** Preparation and function, as the pipeline does it. */
export function runFunction(
  kernels: Kernels,
  name: string,
  image: Image,
  parameters: JsonObject,
  { axes, background = null, runningMean = new RunningMean(), input = {} }: FunctionOptions = {},
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
