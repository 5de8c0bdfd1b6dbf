/**
 * The built-in functions of pipelines of type `custom`.
 */
import { randomInt } from 'node:crypto';
import { arrayValue } from '../../common/values.js';
import type { CustomResult } from '../../user-code/types.js';

/** Makes the next message. `first`: this is the first call of the pipeline. */
export type CustomFunction = (first: boolean) => CustomResult;

export const CUSTOM_FUNCTIONS: ReadonlyMap<string, CustomFunction> = new Map<string, CustomFunction>([
  ['custom_pipeline', sampleMessage],
]);

const ROWS = 10;
const COLUMNS = 20;

/** One channel of each kind, with random numbers from 1 to 100. */
function sampleMessage(first: boolean): CustomResult {
  return {
    values: new Map<string, number | string | ReturnType<typeof randomPixels>>([
      ['scalar', 10],
      ['waveform', randomPixels([10])],
      ['image', randomPixels([ROWS, COLUMNS])],
      ['str', first ? 'True' : 'False'],
    ]),
    timestamp: null,
    pulseId: null,
    dataSize: ROWS * COLUMNS,
  };
}

function randomPixels(shape: readonly number[]) {
  const length = shape.reduce((product, size) => product * size, 1);
  return arrayValue(
    Uint16Array.from({ length }, () => randomInt(1, 101)),
    shape,
  );
}
