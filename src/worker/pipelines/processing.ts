/**
 * The pipeline type `processing`: images of a camera, prepared and evaluated by a function, published as a stream.
 */
import { CamClient } from '../../client/index.js';
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { ChannelValues } from '../../common/values.js';
import type { InstanceContext } from '../../instances/types.js';
import { kernels } from '../../processing/index.js';
import { FrameAccount, type FrameTicket } from '../../streaming/accounting.js';
import { TaskLimitError } from '../../streaming/frame-errors.js';
import type { Outcome } from '../../streaming/ordered-queue.js';
import { limitError } from '../../user-code/limits.js';
import { FunctionImporter } from '../functions/importer.js';
import type { CameraFrame } from './camera-frame.js';
import { CameraSource } from './camera-source.js';
import { createEnding, type Ending, endOnError } from './ending.js';
import { Execution } from './execution.js';
import { failFrame } from './failure.js';
import { ImageIntake } from './image-intake.js';
import type { Merging } from './merging.js';
import { type PipelineInstanceOptions, readPipelineInstanceOptions } from './options.js';
import { isMerging } from './parameters.js';
import { openPipelineOutput, type PipelineOutput } from './pipeline-output.js';
import { PreparedUpdates } from './prepared-updates.js';
import { runReceiveLoop } from './receive-loop.js';
import { ReceiveStage } from './receive-stage.js';
import { buildSettings, type FrameInHand, type FrameSettings } from './settings.js';

/** Milliseconds that frames at work get when the pipeline ends. */
const PATIENCE = 100;

/** Runs a pipeline of type `processing` until it ends. @returns the exit code */
export async function runProcessing(context: InstanceContext): Promise<number> {
  const options = readPipelineInstanceOptions(context.options);
  const ending = createEnding(context.stop);
  const importer = new FunctionImporter(options.script_folder, options.python, context.log);
  const settings = await buildSettings(context.config, 0, options, importer, context.log);
  const source = await openCamera(context, options, settings);
  const pipeline = new ProcessingPipeline(context, options, ending, importer, settings, source);
  try {
    await pipeline.open();
    context.ready();
    await pipeline.run();
  } finally {
    await pipeline.close();
  }
  return ending.code ?? 0;
}

/** The camera must know its geometry before its stream is of use; another stream is taken as it is. */
async function openCamera(
  { log }: InstanceContext,
  options: PipelineInstanceOptions,
  settings: FrameSettings,
): Promise<{ source: CameraSource; present: { parameters: JsonObject } }> {
  const { parameters } = settings;
  const camera = String(parameters.camera_name);
  const client = new CamClient(options.camera_server);
  if (!isTruthy(parameters.input_stream)) await client.geometry(camera);
  const present = { parameters };
  const source = await CameraSource.open({
    cameraStream: () => client.stream(camera),
    parameters: () => present.parameters,
    log,
  });
  return { source, present };
}

class ProcessingPipeline {
  readonly #stage: ReceiveStage;
  readonly #intake = new ImageIntake(kernels);
  readonly #execution: Execution;
  #settings: FrameSettings;
  readonly #updates: PreparedUpdates<FrameSettings>;
  #revision = 0;
  #output: PipelineOutput | null = null;
  #merging: Merging | null = null;

  constructor(
    private readonly context: InstanceContext,
    private readonly options: PipelineInstanceOptions,
    private readonly ending: Ending,
    private readonly importer: FunctionImporter,
    settings: FrameSettings,
    private readonly camera: Awaited<ReturnType<typeof openCamera>>,
  ) {
    const { counters, log, tracer } = context;
    this.#settings = settings;
    const account = new FrameAccount(counters, tracer);
    this.#stage = new ReceiveStage({ account, counters, log, isCamera: true });
    this.#stage.configure(settings.parameters, settings.policy);
    this.#updates = new PreparedUpdates(context, ending, (config) => {
      this.#revision += 1;
      return buildSettings(config, this.#revision, options, importer, log);
    });
    this.#execution = new Execution({ log, deliver: (frame, outcome) => this.deliver(frame, outcome) });
  }

  async open(): Promise<void> {
    const { context, ending } = this;
    const { parameters } = this.#settings;
    const { log } = context;
    this.#output = await openPipelineOutput({ parameters, port: this.options.port, context, ending });
    if (isMerging(parameters)) {
      const { Merging } = await import('./merging.js');
      this.#merging = await Merging.open({
        parameters,
        settings: () => this.#settings,
        log,
        ending,
        process: (frame) => this.process(frame),
      });
    }
    context.onRequest('frames', async () => ({ threads: this.#execution.threads }));
    ending.whenEnding(() => {
      this.camera.source.close();
      this.#merging?.stopReceiving();
    });
  }

  /** Returns when the pipeline has ended. */
  async run(): Promise<void> {
    const { ending, context } = this;
    const merging = this.#merging;
    const loops = [() => this.receiveImages(), ...(merging === null ? [] : [() => merging.receive()])];
    await Promise.all(loops.map((loop) => endOnError(loop, ending, context.log)));
  }

  async close(): Promise<void> {
    this.ending.end(0);
    this.camera.source.close();
    await this.#merging?.close().catch((error) => this.context.log.warning(errorText(error)));
    await this.#execution.close(PATIENCE);
    await this.#updates.settled();
    await this.importer.close();
    await this.#output?.close();
  }

  private receiveImages(): Promise<void> {
    const { source } = this.camera;
    return runReceiveLoop({
      stage: this.#stage,
      ending: this.ending,
      log: this.context.log,
      prepare: () => this.prepare(),
      receive: () => source.receive(),
      take: (message, ticket) => this.take(message, ticket),
      reconnect: () => source.reconnect(),
      drain: async () => {
        await this.#execution.idle();
        await this.#output!.drain();
      },
    });
  }

  private async prepare(): Promise<void> {
    this.applyUpdate();
    if (!this.#settings.hasFunction) throw new Error('Undefined processing function');
  }

  /** Applies the newest configuration that is prepared; frames under way keep theirs. */
  private applyUpdate(): void {
    const update = this.#updates.take();
    if (update === null) return;
    this.#settings = update.prepared;
    this.camera.present.parameters = this.#settings.parameters;
    this.#stage.configure(this.#settings.parameters, this.#settings.policy);
    this.context.log.info(`Configuration update: ${formatJson(update.config)}.`);
  }

  private async take(message: Parameters<ImageIntake['take']>[0], ticket: FrameTicket): Promise<void> {
    let frame: CameraFrame | null;
    try {
      frame = this.#intake.take(message, ticket, this.#settings);
    } catch (error) {
      this.fail(message.pulseId, ticket, error, this.#settings);
      return;
    }
    if (frame === null) return;
    if (this.#merging !== null) await this.#merging.pushImage(frame);
    else await this.process(frame);
  }

  private async process(frame: CameraFrame): Promise<void> {
    const settings = this.#settings;
    const { ticket, pixels } = frame;
    if (this.ending.code !== null || !settings.rateLimiter(performance.now())) {
      pixels.release();
      ticket.drop(this.ending.code !== null ? 'stopped' : 'max_frame_rate');
      return;
    }
    try {
      await this.#execution.push({ frame, settings });
    } catch (error) {
      this.fail(frame.pulseId, ticket, error, settings);
    }
  }

  private async deliver(
    { frame, settings }: FrameInHand,
    outcome: Outcome<ChannelValues | null>,
  ): Promise<void> {
    const { ticket, pulseId, timestamp } = frame;
    if (!outcome.ok) {
      this.fail(pulseId, ticket, outcome.error, settings);
    } else if (outcome.result === null) {
      ticket.drop('null_result');
    } else {
      const { selection, parameters } = settings;
      const values = outcome.result;
      await this.#output!.send({ ticket, pulseId, timestamp, values, selection }, parameters);
    }
  }

  /** A frame that cannot be processed is dropped; with `abort_on_error` the pipeline ends. */
  private fail(pulseId: bigint, ticket: FrameTicket, error: unknown, settings: FrameSettings): void {
    const { policy, limits, parameters } = settings;
    const reason =
      error instanceof TaskLimitError && limits !== null
        ? limitError(String(parameters.function), error.limit, limits)
        : error;
    failFrame({ pulseId, ticket, error: reason, policy }, { log: this.context.log, ending: this.ending });
  }
}
