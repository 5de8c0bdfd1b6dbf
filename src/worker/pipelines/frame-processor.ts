/**
 * The work on one frame: preparation, then the function. The main thread and the worker threads call this same code.
 */
import { elementSize, type NumericType, type TypedArray, viewElements } from '../../common/dtype.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import type { ArrayView, ChannelValues, Timestamp } from '../../common/values.js';
import {
  binBackground,
  compilePlan,
  kernels,
  type Plan,
  type Preparation,
  RunningMean,
  readPreparation,
  runPlan,
  type SpectrometerState,
  viewOf,
} from '../../processing/index.js';
import { type ImageFunction, imageFunctionOf } from '../functions/registry.js';
import { disconnectedSpectrometer } from '../functions/spectrometer.js';
import type { ScriptModule } from '../user-code/javascript/build.js';
import { LoadedScript } from '../user-code/javascript/module.js';
import type { PortableSettings } from './settings.js';

/** A frame and the memory that the work on it may use. */
export interface FrameJob {
  readonly settings: PortableSettings;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  /** Row-major. */
  readonly pixels: TypedArray;
  readonly type: NumericType;
  readonly rows: number;
  readonly columns: number;
  readonly xAxis: Float32Array;
  readonly yAxis: Float32Array;
  readonly extraChannels: ChannelValues;
  /** True: `pixels` will not be there any more when the result is sent. */
  readonly pixelsAreTransient: boolean;
  /** Memory for the prepared pixels; they may be sent from there. */
  allocate(bytes: number): { readonly buffer: ArrayBufferLike; readonly byteOffset: number };
}

/** The settings in the form in which frames need them. */
interface Compiled {
  readonly revision: number;
  readonly parameters: JsonObject;
  readonly preparation: Preparation;
  readonly background: ArrayView<Uint16Array> | null;
}

export class FrameProcessor {
  #compiled: Compiled | null = null;
  #plan: Plan | null = null;
  #function: { readonly revision: number; readonly imageFunction: ImageFunction } | null = null;
  readonly #runningMean = new RunningMean();
  readonly #spectrometer: SpectrometerState;

  /** @param warn told why a frame has no result */
  constructor(warn: (text: string) => void) {
    this.#spectrometer = disconnectedSpectrometer(warn);
  }

  /**
   * @returns null when the frame is dropped
   * @throws whatever preparation and function throw
   */
  async process(job: FrameJob): Promise<ChannelValues | null> {
    const { pulseId, timestamp, extraChannels } = job;
    const compiled = this.compile(job.settings);
    const plan = this.planFor(compiled, job);
    const { parameters } = compiled;
    const imageFunction = await this.functionFor(job.settings, parameters);
    const image = viewOf(job.pixels, job.rows, job.columns);
    const needsMemory = plan.changesImage || (job.pixelsAreTransient && job.settings.imageWanted);
    const prepared = runPlan(
      kernels,
      plan,
      { image, x: job.xAxis, y: job.yAxis },
      {
        destination: needsMemory ? destinationFor(plan, job) : null,
        runningMean: this.#runningMean,
        statistics: imageFunction.needsStatistics,
      },
    );
    if (prepared === null) return null;
    return imageFunction.process(
      {
        ...prepared,
        kernels,
        pulseId,
        timestamp,
        bsdata: extraChannels,
        background: plan.passiveBackground,
        processingError: plan.processingError,
        spectrometer: imageFunction.usesProcessVariables ? this.#spectrometer : null,
      },
      parameters,
    );
  }

  /**
   * Bytes that `allocate` will be asked for.
   * @returns 0 when the preparation is impossible; `process` throws the reason
   */
  outputBytes(job: Pick<FrameJob, 'settings' | 'type' | 'rows' | 'columns'>): number {
    try {
      const plan = this.planFor(this.compile(job.settings), job);
      const [rows, columns] = plan.outputShape;
      return plan.changesImage ? rows * columns * elementSize(plan.outputType) : 0;
    } catch {
      return 0;
    }
  }

  private compile(settings: PortableSettings): Compiled {
    if (this.#compiled?.revision === settings.revision) return this.#compiled;
    const parameters = parseJson(settings.parameters) as JsonObject;
    const preparation = readPreparation(parameters, settings.notifySuffixes);
    const { background } = settings;
    this.#plan = null;
    this.#compiled = {
      revision: settings.revision,
      parameters,
      preparation,
      background:
        background === null
          ? null
          : binBackground(
              kernels,
              viewOf(background.pixels, background.rows, background.columns),
              preparation,
            ),
    };
    return this.#compiled;
  }

  /** Scripts are loaded here, because only `process` may run users' code. */
  private async functionFor(settings: PortableSettings, parameters: JsonObject): Promise<ImageFunction> {
    const { revision, script } = settings;
    if (this.#function?.revision === revision) return this.#function.imageFunction;
    const imageFunction = script === null ? imageFunctionOf(parameters) : await scriptFunction(script);
    this.#function = { revision, imageFunction };
    return imageFunction;
  }

  private planFor(
    { preparation, background }: Compiled,
    { type, rows, columns }: Pick<FrameJob, 'type' | 'rows' | 'columns'>,
  ): Plan {
    const known = this.#plan;
    if (known?.inputType === type && known.inputShape[0] === rows && known.inputShape[1] === columns) {
      return known;
    }
    this.#plan = compilePlan(preparation, { type, shape: [rows, columns] }, background);
    return this.#plan;
  }
}

async function scriptFunction(script: ScriptModule): Promise<ImageFunction> {
  const loaded = await LoadedScript.load(script, 'image');
  return {
    process: (input, parameters) => loaded.processImage(input, parameters),
    needsStatistics: false,
    usesProcessVariables: false,
  };
}

function destinationFor({ outputType, outputShape }: Plan, job: FrameJob): TypedArray {
  const length = outputShape[0] * outputShape[1];
  const { buffer, byteOffset } = job.allocate(length * elementSize(outputType));
  return viewElements(outputType, buffer, byteOffset, length);
}

/** Memory that is used again for each frame. */
export class Scratch {
  #memory: ArrayBuffer = new ArrayBuffer(0);

  take(bytes: number): ArrayBuffer {
    if (this.#memory.byteLength < bytes) this.#memory = new ArrayBuffer(bytes);
    return this.#memory;
  }
}
