/** Worker thread for the tests of the frame pool: does what `details.behaviour` says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelValue } from '../../../src/common/values.js';
import { serveFrames } from '../../../src/streaming/frame-worker.js';

export interface TestDetails {
  readonly number: number;
  readonly behaviour: 'double' | 'slow' | 'null' | 'throw' | 'hang' | 'exit';
}

export default serveFrames<TestDetails>(async (memory, { number, behaviour }) => {
  if (behaviour === 'slow') await sleep(30);
  if (behaviour === 'null') return null;
  if (behaviour === 'throw') throw new Error(`frame ${number} failed`);
  if (behaviour === 'exit') process.exit(3);
  while (behaviour === 'hang');
  const pixels = new Uint16Array(memory, 0, 4);
  pixels.forEach((pixel, index) => {
    pixels[index] = pixel * 2;
  });
  return new Map<string, ChannelValue>([
    ['image', { type: 'uint16' as const, shape: [2, 2], data: pixels }],
    ['number', number],
  ]);
});
