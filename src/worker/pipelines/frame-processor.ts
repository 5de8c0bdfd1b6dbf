/**
 * The work on one frame: preparation, then the function. The main thread and the worker threads call this same code.
 */
import { elementSize } from '../../common/dtype.js';
import type { JsonObject } from '../../common/json.js';
import type { ChannelValues, Timestamp } from '../../common/values.js';
import { kernels, type SpectrometerState } from '../../processing/index.js';
import type { ScriptModule } from '../../user-code/javascript/build.js';
import { type ImageFunction, imageFunctionOf } from '../functions/registry.js';
import { type FrameFormat, FramePreparation, type RawFrame } from './frame-preparation.js';
import type { PortableSettings } from './settings.js';

/** A frame and the memory that the work on it may use; the prepared pixels may be sent from there. */
export interface FrameJob extends RawFrame {
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly extraChannels: ChannelValues;
  /** True: `pixels` will not be there any more when the result is sent. */
  readonly pixelsAreTransient: boolean;
  /** For functions that use process variables; null: there are none in this thread. */
  readonly spectrometer: SpectrometerState | null;
}

export class FrameProcessor {
  readonly #preparation = new FramePreparation();
  #function: { readonly revision: number; readonly imageFunction: ImageFunction } | null = null;

  /**
   * @returns null when the frame is dropped
   * @throws whatever preparation and function throw
   */
  async process(job: FrameJob): Promise<ChannelValues | null> {
    const { pulseId, timestamp, extraChannels, settings, pixelsAreTransient, spectrometer } = job;
    const plan = this.#preparation.planFor(job);
    const parameters = this.#preparation.parameters(settings);
    const imageFunction = await this.functionFor(settings, parameters);
    const needsMemory = plan.changesImage || (pixelsAreTransient && settings.imageWanted);
    const prepared = this.#preparation.prepare(job, plan, needsMemory, imageFunction.needsStatistics);
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
        spectrometer,
      },
      parameters,
    );
  }

  /**
   * Bytes that `allocate` will be asked for.
   * @returns 0 when the preparation is impossible; `process` throws the reason
   */
  outputBytes(format: FrameFormat): number {
    try {
      const plan = this.#preparation.planFor(format);
      const [rows, columns] = plan.outputShape;
      return plan.changesImage ? rows * columns * elementSize(plan.outputType) : 0;
    } catch {
      return 0;
    }
  }

  /** Scripts are loaded here, because only `process` may run users' code. */
  private async functionFor(settings: PortableSettings, parameters: JsonObject): Promise<ImageFunction> {
    const { revision, script } = settings;
    if (this.#function?.revision === revision) return this.#function.imageFunction;
    const imageFunction = script === null ? imageFunctionOf(parameters) : await scriptFunction(script);
    this.#function = { revision, imageFunction };
    return imageFunction;
  }
}

async function scriptFunction(script: ScriptModule): Promise<ImageFunction> {
  const { LoadedScript } = await import('../../user-code/javascript/module.js');
  const loaded = await LoadedScript.load(script, 'image');
  return {
    process: (input, parameters) => loaded.processImage(input, parameters),
    needsStatistics: false,
    usesProcessVariables: false,
  };
}
