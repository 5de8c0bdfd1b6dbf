import { createServer } from 'node:net';
import type { InstanceContext } from '../../../src/instances/types.js';

/** Binds its port, is ready, counts, and stops when asked. Answers `echo` and `config`. */
export async function run(context: InstanceContext): Promise<number> {
  let config = context.config;
  context.onConfig((updated) => {
    config = updated;
  });
  context.onRequest('echo', async (parameters) => {
    context.log.debug('asked');
    return parameters;
  });
  context.onRequest('config', async () => config);
  context.onRequest('refuse', async () => {
    throw new Error('not today');
  });
  context.onRequest('bytes', async ({ length }) => ({
    result: { length: length! },
    data: new Uint8Array(length as number).fill(7),
  }));
  context.onRequest('never', () => new Promise(() => {}));
  const server = createServer();
  if (context.options.port !== null) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(context.options.port as number, '127.0.0.1', resolve);
    });
  }
  context.counters.received = 3;
  context.counters.dropped.full = 2;
  context.counters.frameShape = '4x3x2';
  context.log.info('bound');
  context.ready();
  if (!context.stop.aborted) {
    await new Promise((resolve) => {
      const alive = setInterval(() => {}, 1000);
      context.stop.addEventListener('abort', () => {
        clearInterval(alive);
        resolve(null);
      });
    });
  }
  server.close();
  return 0;
}
