/** Running a server until it is told to end. */
import { errorText } from '../common/errors.js';
import { keepHeapSmall } from '../common/small-heap.js';
import { holdLittleMemory, watchSurplusMemory } from '../common/surplus-memory.js';
import { closeOnSignal } from './common-options.js';
import { connectServiceManager } from './service-manager.js';

/** Megabytes that pictures and listings may leave behind. */
const SURPLUS_MEMORY = 32;

/**
 * Starts a server and closes it on SIGINT, SIGTERM, SIGHUP, or when a parent that started it with an IPC channel is gone.
 * Exit status 0 after an orderly end, 1 when the server could not be started or closed. systemd is told when it is ready, that
 * it is alive, and that it stops.
 */
export async function runServer(
  start: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): Promise<void> {
  keepHeapSmall();
  holdLittleMemory();
  const server = start();
  const serviceManager = connectServiceManager();
  closeOnSignal(async () => {
    serviceManager.stopping();
    await (await server).close();
  });
  watchSurplusMemory(SURPLUS_MEMORY);
  try {
    serviceManager.ready(`Answers on ${(await server).url}`);
  } catch (error) {
    console.error(errorText(error));
    process.exit(1);
  }
}
