import type { InstanceContext } from '../../../src/instances/types.js';

/** Writes `config.records` log records and as many lines of output as fast as it can, then ends with code 0. */
export async function run(context: InstanceContext): Promise<number> {
  context.ready();
  const records = context.config.records as number;
  for (let index = 1; index <= records; index += 1) {
    context.log.info(`record ${index}`);
    console.log(`line ${index}`);
    if (index % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return 0;
}
