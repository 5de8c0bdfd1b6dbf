/**
 * The program of a camera instance: source → transform → stream. One process, one camera.
 */
import { NoClientTimer } from '../bsread/index.js';
import { CamServerError, errorText } from '../common/errors.js';
import { imageAnswer } from '../common/image-answer.js';
import type { JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import type { AnswerWithData, InstanceContext, InstanceProgram } from '../instances/types.js';
import { kernels } from '../processing/native.js';
import { toArrayValue } from '../processing/views.js';
import { BackgroundStore } from '../storage/background-store.js';
import { answerViewers, MessageTap } from '../streaming/live-view/index.js';
import { prepareCameraConfiguration } from './configuration.js';
import { Engine } from './engine.js';
import { CameraFailure, ExitCode } from './failure.js';
import { Forwarder } from './forwarder.js';
import { headerLayout } from './header.js';
import { CameraOutput } from './output.js';
import { type CameraProgramOptions, readProgramOptions } from './program-options.js';
import { type CameraSettings, readCameraSettings } from './settings.js';
import { sourceDefinition } from './sources/index.js';
import type { CameraSource } from './sources/source.js';

/** How often the number of clients is taken over into the counters, in milliseconds. */
const CLIENTS_INTERVAL = 250;
/** How long a request for a raw image waits for the next frame, in milliseconds. */
const FRAME_TIMEOUT = 3000;

/** Exit codes: 0 normal end, 1 the source failed, 2 the sender failed, 4 a receiver failed, 5 wrong format for 10 s. */
export const run: InstanceProgram = async (context) => {
  const options = readProgramOptions(context.options);
  const settings = readSettings(context.config, options);
  const source = sourceDefinition(settings.sourceType).create();
  const tap = new MessageTap();
  const output = new CameraOutput(
    options.address,
    headerLayout(settings.sourceType, settings.output),
    settings.output,
    tap,
  );
  answerViewers(context, tap);
  const forwarder =
    settings.forwarder === null ? null : new Forwarder(`${context.name}:FPICTURE`, settings.forwarder);
  const { name, log, counters, tracer } = context;
  const background = await loadBackgroundOf(settings, options, context);
  const engine = new Engine(
    { name, log, counters, tracer, kernels, output, forwarder },
    settings,
    background,
  );
  try {
    await source.open(engine, context.stop);
    await output.open();
    await forwarder?.open();
    log.info(`Camera ${name} publishes on ${output.address}.`);
    return await serve(context, options, source, engine, output, forwarder);
  } finally {
    source.close();
    output.close();
    forwarder?.close();
  }
};

async function serve(
  context: InstanceContext,
  options: CameraProgramOptions,
  source: CameraSource,
  engine: Engine,
  output: CameraOutput,
  forwarder: Forwarder | null,
): Promise<number> {
  const { log, counters } = context;
  const unused = new AbortController();
  const noClientTimer = new NoClientTimer(
    () => output.unusedSince,
    engine.settings.output.noClientTimeout,
    () => {
      const seconds = engine.settings.output.noClientTimeout;
      log.info(`No client connected to the stream for ${seconds} seconds. Closing instance.`);
      unused.abort();
    },
  );
  const clientsTimer = setInterval(() => {
    counters.clients = forwarder === null ? output.clients : `${output.clients} + ${forwarder.clients}`;
  }, CLIENTS_INTERVAL);
  takeUpdates(context, options, engine, noClientTimer);
  answerRequests(context, engine);
  context.ready();
  try {
    await source.run(engine, AbortSignal.any([context.stop, unused.signal]));
    return ExitCode.ended;
  } catch (error) {
    log.error(errorText(error));
    return error instanceof CameraFailure ? error.exitCode : ExitCode.failed;
  } finally {
    clearInterval(clientsTimer);
    noClientTimer.stop();
  }
}

/** One update after the other, at once; an update that cannot be applied changes nothing. */
function takeUpdates(
  context: InstanceContext,
  options: CameraProgramOptions,
  engine: Engine,
  noClientTimer: NoClientTimer,
): void {
  let last = Promise.resolve();
  context.onConfig((config) => {
    last = last.then(async () => {
      try {
        const settings = readSettings(config, options);
        engine.update(settings, await loadBackgroundOf(settings, options, context));
        noClientTimer.setTimeout(settings.output.noClientTimeout);
      } catch (error) {
        context.log.error(`The new configuration was not applied: ${errorText(error)}`);
      }
    });
  });
}

function answerRequests(context: InstanceContext, engine: Engine): void {
  context.onRequest('geometry', async () => {
    const size = engine.publishedSize;
    return { geometry: size === null ? null : [size.width, size.height] };
  });
  context.onRequest('image', async ({ raw }) => {
    const { publishedImage } = engine;
    if (raw === true) return await nextRawImage(engine, context.name);
    if (publishedImage !== null) return imageAnswer(publishedImage);
    throw noImage(context.name);
  });
}

/** The pixels are copied while they are there: the source may take the memory back afterwards. */
function nextRawImage(engine: Engine, name: string): Promise<AnswerWithData> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(noImage(name)), FRAME_TIMEOUT);
    engine.onNextRawImage((image) => {
      clearTimeout(timer);
      resolve(imageAnswer(toArrayValue(image)));
    });
  });
}

function noImage(name: string): CamServerError {
  return new CamServerError('NO_IMAGE', `Camera ${name} delivers no images at the moment.`);
}

function readSettings(config: JsonObject, { defaults }: CameraProgramOptions): CameraSettings {
  return readCameraSettings(prepareCameraConfiguration(config), defaults);
}

/** A background that is missing is no reason to stop: the images go out as they are. */
async function loadBackgroundOf(
  { geometry }: CameraSettings,
  { backgroundFolder }: CameraProgramOptions,
  { log }: InstanceContext,
): Promise<ArrayValue | null> {
  if (geometry.background === null) return null;
  try {
    return await new BackgroundStore(backgroundFolder).load(geometry.background);
  } catch (error) {
    log.warning(errorText(error));
    return null;
  }
}
