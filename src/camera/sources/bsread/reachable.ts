import { stat } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Whether something listens at a stream address, found without taking a message from it.
 * @param timeout milliseconds
 */
export async function isReachable(address: string, timeout: number): Promise<boolean> {
  const path = /^ipc:\/\/(.+)$/.exec(address)?.[1];
  if (path !== undefined)
    return stat(path).then(
      (status) => status.isSocket(),
      () => false,
    );
  const [, host, port] = /^tcp:\/\/(.+):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) return false;
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port), timeout });
    const end = (isListening: boolean) => (): void => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
