/**
 * `bsread`: a camera whose IOC publishes a bsread stream, with or without an IOC that answers over Channel Access; and
 * `bsread_simulation`, the same without any IOC.
 */
import type { Receiver } from '../../../bsread/receiver.js';
import type { ReceivedMessage } from '../../../bsread/types.js';
import { CamServerError, errorText } from '../../../common/errors.js';
import { type ArrayValue, timestampNow } from '../../../common/values.js';
import { imageOf } from '../../../processing/views.js';
import type { Size } from '../../geometry.js';
import type { CameraSettings } from '../../settings.js';
import { CameraIoc } from '../epics/ioc.js';
import { pixelRules } from '../epics/waveform.js';
import type { CameraEngine, CameraSource, SourceDefinition, SourceRequest } from '../source.js';
import { bufferConnections } from './buffered.js';
import { PulseChecks } from './checks.js';
import { FormatWatch } from './format-watch.js';
import { giveUp } from './give-up.js';
import { mergeConnections } from './merge.js';
import { isReachable } from './reachable.js';
import { decodeImage, imageChannel, openReceivers, readOneImage } from './receivers.js';
import { throughQueue } from './send-queue.js';

const DEFAULT_SIMULATION_ADDRESS = 'tcp://127.0.0.1:9999';
const FIRST_MESSAGE_TIMEOUT = 3000;
/** An IOC that does not answer within this time is not there, when a `url` makes it dispensable. */
const OPTIONAL_IOC_TIMEOUT = 1000;
/** The IOC needs a moment to publish the new size after the stream has it. */
const SIZE_CHANGE_DELAY = 100;
/** While images do not fit, the IOC is asked again this often, in milliseconds. */
const SIZE_RETRY_INTERVAL = 1000;

export const bsread: SourceDefinition = {
  create: () => new BsreadSource(),
  checkOnline: async (request) => {
    const ioc = await connectIoc(request.settings);
    ioc?.close();
    const { url } = request.settings.bsread;
    if (ioc !== null || (url !== null && (await isReachable(url, request.timeout)))) return;
    throw offline(request.settings);
  },
  readSize: async (request) => {
    const ioc = await connectIoc(request.settings);
    if (ioc === null) return sizeOf(await bsread.readImage(request));
    try {
      return await ioc.readSize();
    } finally {
      ioc.close();
    }
  },
  readHeldImage: async ({ settings }) => {
    const ioc = await connectIoc(settings);
    try {
      return (await ioc?.readImage(pixelRules(settings))) ?? null;
    } finally {
      ioc?.close();
    }
  },
  readImage: async (request) => {
    const ioc = await connectIoc(request.settings);
    try {
      // a message taken from the stream would be missing elsewhere
      const image = await ioc?.readImage(pixelRules(request.settings)).catch(() => null);
      if (image != null) return image;
      const address = await streamAddress(request.settings, ioc);
      return await readOneImage(address, imageChannels(request), request.timeout);
    } finally {
      ioc?.close();
    }
  },
};

export const bsreadSimulation: SourceDefinition = {
  create: () => new BsreadSource(),
  checkOnline: async () => {},
  readSize: async (request) => sizeOf(await bsreadSimulation.readImage(request)),
  readImage: (request) =>
    readOneImage(simulationAddress(request.settings), imageChannels(request), request.timeout),
};

class BsreadSource implements CameraSource {
  private ioc: CameraIoc | null = null;
  private receivers: Receiver[] = [];
  private lastHash: string | null = null;
  private lastSizeQuery = Number.NEGATIVE_INFINITY;

  async open(engine: CameraEngine): Promise<void> {
    const { settings, log } = engine;
    const isSimulation = settings.sourceType === 'bsread_simulation';
    if (!isSimulation) {
      this.ioc = await connectIoc(settings);
      if (this.ioc !== null) engine.resize(await this.ioc.readSize());
      else log.info(`No IOC of ${settings.source} answers; the size of the images comes from the stream.`);
    }
    const address = isSimulation ? simulationAddress(settings) : await streamAddress(settings, this.ioc);
    if (isSimulation) engine.resize(await firstSize(address, engine));
    log.info(`Receiving from ${address}.`);
    this.receivers = await openReceivers(address, settings.bsread.connections, (text) => log.warning(text));
  }

  async run(engine: CameraEngine, stop: AbortSignal): Promise<void> {
    const close = (): void => this.closeReceivers();
    stop.addEventListener('abort', close, { once: true });
    const failed = new AbortController();
    const end = AbortSignal.any([stop, failed.signal]);
    const { bufferSize, threaded } = engine.settings.bsread;
    const checked = bufferSize > 0 ? this.buffered(engine, end) : this.unbuffered(engine, end);
    const drop = (message: ReceivedMessage, reason: string): void => giveUp(engine, message, reason);
    const messages = threaded && bufferSize === 0 ? throughQueue(checked, drop) : checked;
    const format = new FormatWatch(engine.log);
    try {
      for await (const message of messages) await this.publish(engine, format, message);
    } finally {
      failed.abort();
    }
  }

  private async *buffered(engine: CameraEngine, stop: AbortSignal): AsyncGenerator<ReceivedMessage> {
    for await (const message of bufferConnections(engine, this.receivers, stop)) {
      this.countBytes(engine);
      yield message;
    }
  }

  /** Only what passes the checks of pulse id and time. */
  private async *unbuffered(engine: CameraEngine, stop: AbortSignal): AsyncGenerator<ReceivedMessage> {
    const checks = new PulseChecks(engine.log);
    for await (const message of mergeConnections(this.receivers, stop)) {
      engine.counters.received += 1;
      this.countBytes(engine);
      const refusal = this.check(engine, checks, message);
      if (refusal === null) yield message;
      else giveUp(engine, message, refusal);
    }
  }

  close(): void {
    this.closeReceivers();
    this.ioc?.close();
  }

  private check(engine: CameraEngine, checks: PulseChecks, message: ReceivedMessage): string | null {
    const timestamp = message.timestamp ?? { seconds: 0n, nanoseconds: 0n };
    return checks.refuse(message.pulseId, timestamp, engine.settings.bsread);
  }

  private async publish(engine: CameraEngine, format: FormatWatch, message: ReceivedMessage): Promise<void> {
    const channel = imageChannel(message, imageChannels(engine));
    const image = decodeImage(channel);
    if (image !== null && engine.size === null) engine.resize(sizeOf(image));
    if (image === null) giveUp(engine, message, 'format');
    const result =
      image === null
        ? 'wrong_size'
        : await engine.publish({
            image: imageOf(image),
            pulseId: message.pulseId,
            timestamp: message.timestamp ?? timestampNow(),
            release: () => message.release(),
          });
    if (result === 'wrong_size') format.failed();
    else format.fitted();
    await this.followFormat(engine, format, message, image);
  }

  /** The size belongs to the camera, so that a new one is asked for when the header changes or images do not fit. */
  private async followFormat(
    engine: CameraEngine,
    format: FormatWatch,
    message: ReceivedMessage,
    image: ArrayValue | null,
  ): Promise<void> {
    const isChanged = this.lastHash !== null && message.hash !== this.lastHash;
    this.lastHash = message.hash;
    const isOverdue = format.isWrong && performance.now() - this.lastSizeQuery > SIZE_RETRY_INTERVAL;
    if (!isChanged && !isOverdue) return;
    this.lastSizeQuery = performance.now();
    const size = await this.currentSize(engine, image);
    if (size === null || (size.width === engine.size?.width && size.height === engine.size.height)) return;
    engine.resize(size);
    engine.log.info(`Image shape changed: ${size.width}x${size.height}.`);
  }

  private async currentSize(engine: CameraEngine, image: ArrayValue | null): Promise<Size | null> {
    if (this.ioc === null) return image === null ? null : sizeOf(image);
    await new Promise((resolve) => setTimeout(resolve, SIZE_CHANGE_DELAY));
    try {
      return await this.ioc.readSize();
    } catch (error) {
      engine.log.warning(errorText(error));
      return null;
    }
  }

  private countBytes(engine: CameraEngine): void {
    let total = 0;
    for (const receiver of this.receivers) total += receiver.statistics.totalBytesReceived;
    engine.counters.bytesReceived = total;
  }

  private closeReceivers(): void {
    for (const receiver of this.receivers) receiver.close();
  }
}

/** The IOC, verified; null when none answers and the stream can be found without it. */
async function connectIoc(settings: CameraSettings): Promise<CameraIoc | null> {
  const isOptional = settings.bsread.url !== null;
  if (isOptional && settings.source === '') return null;
  const { channelAccessTimeout } = settings;
  const timeout = isOptional ? Math.min(channelAccessTimeout, OPTIONAL_IOC_TIMEOUT) : channelAccessTimeout;
  const ioc = new CameraIoc(settings.source, timeout);
  try {
    await ioc.verify();
    return ioc;
  } catch (error) {
    ioc.close();
    if (isOptional && error instanceof CamServerError && error.code === 'CAMERA_OFFLINE') return null;
    throw error;
  }
}

async function streamAddress(
  { source, bsread: { url } }: CameraSettings,
  ioc: CameraIoc | null,
): Promise<string> {
  if (url !== null) return url;
  if (ioc !== null) return ioc.readStreamAddress();
  throw new CamServerError(
    'NO_STREAM_ADDRESS',
    `Could not fetch bsread stream address for cam_server:${source}`,
  );
}

function simulationAddress({ bsread: { url } }: CameraSettings): string {
  return url ?? DEFAULT_SIMULATION_ADDRESS;
}

/** The configuration name counts; a simulation is named by its source as well. */
function imageChannels({ name, settings }: Pick<SourceRequest, 'name' | 'settings'>): string[] {
  const byName = `${name}:FPICTURE`;
  return settings.sourceType === 'bsread_simulation' ? [`${settings.source}:FPICTURE`, byName] : [byName];
}

async function firstSize(address: string, { name, settings }: CameraEngine): Promise<Size> {
  try {
    return sizeOf(await readOneImage(address, imageChannels({ name, settings }), FIRST_MESSAGE_TIMEOUT));
  } catch (error) {
    const text = `Could not fetch camera settings cam_server:${settings.source}`;
    throw new CamServerError('NO_CAMERA_SETTINGS', text, { cause: error });
  }
}

function sizeOf({ shape: [height, width] }: ArrayValue): Size {
  return { width, height };
}

function offline({ source }: CameraSettings): CamServerError {
  return new CamServerError('CAMERA_OFFLINE', `Camera with prefix ${source} is offline`);
}
