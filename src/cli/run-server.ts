/** Running a server until it is told to end. */
import { errorText } from '../common/errors.js';
import { closeOnSignal } from './common-options.js';

/**
 * Starts a server and closes it on SIGINT, SIGTERM, SIGHUP, or when a parent that started it with an IPC channel is gone.
 * Exit status 0 after an orderly end, 1 when the server could not be started or closed.
 */
export async function runServer(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  const server = start();
  closeOnSignal(async () => (await server).close());
  try {
    await server;
  } catch (error) {
    console.error(errorText(error));
    process.exit(1);
  }
}
