import { writeSync } from 'node:fs';
import type { InstanceContext } from '../../../src/instances/types.js';

/** Does not stop when asked. `config.how`: `ignore` the request, or `block` the event loop for ever. Ready if `config.ready`. */
export async function run(context: InstanceContext): Promise<number> {
  setInterval(() => {}, 1000);
  if (context.config.ready === true) context.ready();
  if (context.config.how === 'block') setTimeout(blockForever, 20);
  return new Promise(() => {});
}

function blockForever(): void {
  // at once, as nothing leaves later
  writeSync(1, 'blocks\n');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
