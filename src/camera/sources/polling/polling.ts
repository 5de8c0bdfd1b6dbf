/**
 * Cameras that are read image by image: the reader of a source type gives the next image, this loop publishes it. Images may
 * change size and type at any time.
 */
import { CamServerError, errorText } from '../../../common/errors.js';
import type { ArrayValue } from '../../../common/values.js';
import type { InstanceLog } from '../../../instances/types.js';
import { toArrayValue } from '../../../processing/views.js';
import { CameraFailure, ExitCode } from '../../failure.js';
import type { Size } from '../../geometry.js';
import type { CameraSettings } from '../../settings.js';
import type { CameraEngine, CameraSource, SourceDefinition, SourceFrame, SourceRequest } from '../source.js';
import { Throttle } from './throttle.js';

/** What a reader may know of its camera. */
export interface ReaderContext {
  readonly name: string;
  readonly settings: CameraSettings;
  readonly log: InstanceLog;
}

/** Gives images one after the other. */
export interface FrameReader {
  /** Connects. @returns the raw size when it is known without an image @throws CamServerError */
  open(context: ReaderContext, stop: AbortSignal): Promise<Size | null>;
  /**
   * The next image; null when `stop` is aborted, or there is none at the moment.
   * @throws CamServerError when the source cannot be read any more
   */
  read(context: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null>;
  close(): void;
}

export interface PollingOptions {
  /** The first image is consumed to learn the size; without one the camera does not start. */
  readonly learnsSize?: boolean;
  /** What is reported as size while no instance runs; default unknown. */
  readonly readSize?: (request: SourceRequest) => Promise<Size | null>;
}

/** Milliseconds for the image that tells the size. */
const FIRST_IMAGE_TIMEOUT = 10_000;

export function pollingSource(
  createReader: () => FrameReader,
  options: PollingOptions = {},
): SourceDefinition {
  return {
    create: () => new PollingSource(createReader(), options.learnsSize ?? false),
    checkOnline: async () => {},
    readSize: options.readSize ?? (async () => null),
    readImage: (request) => readOneImage(createReader(), request),
  };
}

class PollingSource implements CameraSource {
  constructor(
    private readonly reader: FrameReader,
    private readonly learnsSize: boolean,
  ) {}

  async open(engine: CameraEngine, stop: AbortSignal): Promise<void> {
    const size = await this.reader.open(engine, stop);
    if (size !== null) engine.resize(size);
    if (!this.learnsSize) return;
    const frame = await readWithin(this.reader, engine, stop, FIRST_IMAGE_TIMEOUT);
    engine.resize(sizeOf(frame));
    frame.release?.();
  }

  async run(engine: CameraEngine, stop: AbortSignal): Promise<void> {
    const throttle = new Throttle();
    try {
      while (!stop.aborted) {
        const frame = await this.reader.read(engine, stop);
        if (frame === null) continue;
        await publish(engine, frame);
        await throttle.wait(engine.settings.frameRate, stop);
      }
    } catch (error) {
      const text = `Error while processing camera stream: ${errorText(error)}`;
      throw new CameraFailure(ExitCode.failed, text, { cause: error });
    }
  }

  close(): void {
    this.reader.close();
  }
}

async function publish(engine: CameraEngine, frame: SourceFrame): Promise<void> {
  const { counters } = engine;
  counters.received += 1;
  counters.bytesReceived += frame.image.data.byteLength;
  const { width, height } = sizeOf(frame);
  if (engine.size?.width !== width || engine.size.height !== height) engine.resize({ width, height });
  await engine.publish(frame);
}

/** One image, over a connection of its own. */
async function readOneImage(
  reader: FrameReader,
  { name, settings, timeout }: SourceRequest,
): Promise<ArrayValue> {
  const stop = new AbortController();
  const context = { name, settings, log: SILENT_LOG };
  try {
    await reader.open(context, stop.signal);
    return toArrayValue((await readWithin(reader, context, stop.signal, timeout)).image);
  } finally {
    stop.abort();
    reader.close();
  }
}

async function readWithin(
  reader: FrameReader,
  context: ReaderContext,
  stop: AbortSignal,
  timeout: number,
): Promise<SourceFrame> {
  const deadline = AbortSignal.timeout(timeout);
  const end = AbortSignal.any([stop, deadline]);
  while (!end.aborted) {
    const frame = await reader.read(context, end);
    if (frame !== null) return frame;
  }
  const { source } = context.settings;
  throw new CamServerError('NO_IMAGE', `No image came from ${source} within ${timeout / 1000} s`);
}

function sizeOf({ image: { shape } }: SourceFrame): Size {
  return { width: shape[1] as number, height: shape[0] as number };
}

const ignore = (): void => {};
const SILENT_LOG: InstanceLog = { debug: ignore, info: ignore, warning: ignore, error: ignore };
