/**
 * `bschannel`: one image channel of any bsread stream. `stddaq`: the same, with the address of the stream kept in redis.
 */
import { Receiver } from '../../bsread/index.js';
import type { ReceivedChannel, ReceivedMessage } from '../../bsread/types.js';
import { CamServerError } from '../../common/errors.js';
import { type ArrayValue, isArrayValue, timestampNow } from '../../common/values.js';
import { imageOf } from '../../processing/views.js';
import type { CameraSettings } from '../settings.js';
import { type FrameReader, pollingSource, type ReaderContext } from './polling/polling.js';
import { redisText } from './redis.js';
import type { SourceDefinition, SourceFrame } from './source.js';

const HIGH_WATER_MARK = 20;
const UNKNOWN_SIZE = { width: 0, height: 0 };

export const bschannel: SourceDefinition = pollingSource(
  () => new ChannelReader(async ({ source }) => source, null),
  { readSize: async () => UNKNOWN_SIZE },
);

export const stddaq: SourceDefinition = pollingSource(
  () => new ChannelReader(registeredAddress, ':FPICTURE'),
  {
    readSize: async () => UNKNOWN_SIZE,
  },
);

class ChannelReader implements FrameReader {
  private receiver: Receiver | null = null;

  /** @param channelSuffix of the channel that is taken when the configuration names none; null: the only one */
  constructor(
    private readonly address: (settings: CameraSettings) => Promise<string>,
    private readonly channelSuffix: string | null,
  ) {}

  async open({ settings, log }: ReaderContext): Promise<null> {
    const { mode, receiveTimeout } = settings.reader;
    const address = await this.address(settings);
    this.receiver = new Receiver({
      address,
      mode,
      receiveTimeout,
      highWaterMark: HIGH_WATER_MARK,
      onWarning: (text) => log.warning(text),
    });
    await this.receiver.open();
    log.info(`Receiving from ${address}.`);
    return null;
  }

  async read({ settings }: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    const message = await this.receiver!.receive({ signal: stop });
    if (stop.aborted) return null;
    if (message === null) throw failure('Received None message.');
    const channel = this.imageChannel(message, settings);
    const image = decodeImage(channel);
    if (image.data.buffer !== channel.frame?.buffer) message.release();
    return {
      image: imageOf(image),
      pulseId: settings.output.simulatePulseId ? null : message.pulseId,
      timestamp: message.timestamp ?? timestampNow(),
      release: () => message.release(),
    };
  }

  close(): void {
    this.receiver?.close();
  }

  private imageChannel(message: ReceivedMessage, { source, reader }: CameraSettings): ReceivedChannel {
    const name = reader.channel ?? (this.channelSuffix === null ? null : source + this.channelSuffix);
    const channel = name === null ? onlyChannel(message) : message.channel(name);
    if (channel !== undefined) return channel;
    // the spelling is part of the contract
    throw failure(name === null ? 'Undefined channel' : 'Channel not present in messsage');
  }
}

function onlyChannel({ channels }: ReceivedMessage): ReceivedChannel | undefined {
  return channels.length === 1 ? channels[0] : undefined;
}

function decodeImage(channel: ReceivedChannel): ArrayValue {
  const value = channel.decode();
  if (isArrayValue(value) && value.shape.length === 2) return value;
  const scalar = value === null ? 'no value' : 'a single value';
  const found = isArrayValue(value) ? `an array of shape [${value.shape.join(', ')}]` : scalar;
  throw failure(`Channel ${channel.definition.name} holds ${found}, not an image`);
}

/** The address that the data acquisition has registered under the name of the device. */
async function registeredAddress({ source, reader: { redis } }: CameraSettings): Promise<string> {
  const address = (await redisText(redis, source))?.trim() ?? '';
  if (address !== '') return address;
  const text = `Redis at ${redis.host}:${redis.port}, database ${redis.database}, has no stream address of device ${source}`;
  throw new CamServerError('NO_STREAM_ADDRESS', text);
}

function failure(text: string): CamServerError {
  return new CamServerError('WRONG_MESSAGE', `Error processing bsread stream: ${text}`);
}
