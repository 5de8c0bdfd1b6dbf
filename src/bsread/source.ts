/**
 * Opens the stream of one source directly, or a stream that the dispatching layer merges for the purpose.
 */
import { CamServerError } from '../common/errors.js';
import { DispatcherClient } from './dispatcher.js';
import { Receiver, type ReceiverOptions } from './receiver.js';
import { type ChannelRequest, SourceConfigClient } from './source-config.js';

export interface SourceOptions extends Omit<ReceiverOptions, 'address'> {
  /** Host of the source; without it the dispatching layer is asked for `channels`. */
  readonly host?: string;
  /** Default 9999. */
  readonly port?: number;
  /** Where the source is configured; default the stream port + 1. */
  readonly configPort?: number;
  /** With a host: the source is told to stream exactly these. Without: these are requested. */
  readonly channels?: readonly (string | ChannelRequest)[];
  /** The source is told to stream all its channels. */
  readonly allChannels?: boolean;
  readonly dispatcherUrl?: string;
  /** Default true, see `StreamRequest`. */
  readonly verifyRequest?: boolean;
  readonly disableCompression?: boolean;
}

export interface Source {
  readonly receiver: Receiver;
  /** Closes the receiver and gives a dispatcher stream back. */
  close(): Promise<void>;
}

/**
 * The mode is PULL by default for a host, SUB for the dispatching layer.
 * @throws CamServerError
 */
export async function openSource(options: SourceOptions): Promise<Source> {
  return options.host === undefined ? openDispatched(options) : openDirect(options, options.host);
}

async function openDirect(options: SourceOptions, host: string): Promise<Source> {
  const { port = 9999, configPort = port + 1, channels, allChannels = false, mode = 'PULL' } = options;
  const receiver = new Receiver({ ...options, mode, address: `tcp://${host}:${port}` });
  try {
    await receiver.open();
    const config = new SourceConfigClient(`tcp://${host}:${configPort}`);
    if (allChannels) await config.streamAllChannels();
    else if (channels !== undefined) await config.streamChannels(channels.map(toRequest));
  } catch (error) {
    receiver.close();
    throw error;
  }
  return { receiver, close: async () => receiver.close() };
}

async function openDispatched(options: SourceOptions): Promise<Source> {
  const { channels = [], mode = 'SUB', dispatcherUrl, verifyRequest, disableCompression } = options;
  if (channels.length === 0) {
    throw new CamServerError(
      'NO_CHANNELS',
      'Channels need to be specified while connecting to the dispatching layer',
    );
  }
  const dispatcher = new DispatcherClient({ baseUrl: dispatcherUrl });
  const address = await dispatcher.requestStream(channels, {
    mode,
    verify: verifyRequest,
    disableCompression,
  });
  const receiver = new Receiver({ ...options, mode, address });
  const close = async (): Promise<void> => {
    receiver.close();
    await dispatcher.removeStream(address);
  };
  try {
    await receiver.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { receiver, close };
}

const toRequest = (channel: string | ChannelRequest): ChannelRequest =>
  typeof channel === 'string' ? { name: channel } : channel;
