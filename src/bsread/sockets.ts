/**
 * What every socket of this room has in common: safe options, and how it is attached.
 */
import type { Socket } from 'zeromq';
import { CamServerError } from '../common/errors.js';
import type { Attachment } from './types.js';

export interface TransportOptions {
  /** `tcp://*:port`, `tcp://host:port` or `ipc://path`; `tcp://*:0` binds a free port. */
  readonly address: string;
  readonly attachment?: Attachment;
}

/**
 * Options for the constructor of a socket; high-water mark and linger are up to its owner.
 *
 * A peer whose host vanished counts as gone after 30 s, by the means of TCP. ZeroMQ's own heartbeats must stay off: libzmq
 * 4.3 aborts the process when one is due while messages of a peer that has died still wait to be received
 * (`!_io_error`, github.com/zeromq/libzmq/issues/4364), which is what happens to a slow receiver.
 */
export const TRANSPORT_OPTIONS = {
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 10,
  tcpKeepaliveInterval: 5,
  tcpKeepaliveCount: 4,
  tcpMaxRetransmitTimeout: 30_000,
  // after a restart of the peer, data flows again within this time
  reconnectInterval: 100,
  reconnectMaxInterval: 1000,
};

/**
 * Binds or connects.
 * @returns the address with the port that was chosen for port 0
 * @throws CamServerError `Unable to <bind|connect> to <address>`
 */
export async function attach(socket: Socket, address: string, attachment: Attachment): Promise<string> {
  try {
    if (attachment === 'bind') await socket.bind(address);
    else socket.connect(address);
  } catch (error) {
    throw new CamServerError('UNABLE_TO_OPEN', `Unable to ${attachment} to ${address}`, { cause: error });
  }
  if (attachment === 'connect') keepConnected(socket, address);
  return socket.lastEndpoint ?? address;
}

/** Milliseconds; ZeroMQ starts its own attempts at once. */
const RECONNECT_AFTER = 1000;

/**
 * ZeroMQ connects again after a lost connection, but not after it cut off a peer itself, for a part that is too large or
 * bytes that are no ZeroMQ: then nobody would ever tell the owner that the stream is dead.
 */
function keepConnected(socket: Socket, address: string): void {
  let timer: NodeJS.Timeout | undefined;
  const reconnect = (): void => {
    if (socket.closed) return;
    socket.disconnect(address);
    socket.connect(address);
  };
  socket.events.on('disconnect', () => {
    clearTimeout(timer);
    timer = setTimeout(reconnect, RECONNECT_AFTER).unref();
  });
  socket.events.on('connect:retry', () => clearTimeout(timer));
  socket.events.on('connect', () => clearTimeout(timer));
}

export interface StreamAddress {
  /** Host name, or the path of an `ipc://` address. */
  readonly host: string;
  /** -1 for `ipc://`. */
  readonly port: number;
}

/** Splits `tcp://host:port` at the last colon. @throws CamServerError when there is no port */
export function parseStreamAddress(address: string): StreamAddress {
  if (address.startsWith('ipc://')) return { host: address.slice('ipc://'.length), port: -1 };
  const [, host, port] = /^(?:.*\/\/)?(.*):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) {
    throw new CamServerError('INVALID_ADDRESS', `${address} - Invalid URI; expected tcp://<host>:<port>`);
  }
  return { host, port: Number(port) };
}
