/**
 * The preparation of one frame as its settings ask for it.
 */
import { elementSize, type NumericType, type TypedArray, viewElements } from '../../common/dtype.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import type { ArrayView } from '../../common/values.js';
import {
  binBackground,
  compilePlan,
  kernels,
  type Plan,
  type Preparation,
  type PreparedFrame,
  RunningMean,
  readPreparation,
  runPlan,
  viewOf,
} from '../../processing/index.js';
import type { PortableSettings } from './settings.js';

/** What the memory of the pixels looks like, and what is wanted of them. */
export interface FrameFormat {
  readonly settings: PortableSettings;
  readonly type: NumericType;
  readonly rows: number;
  readonly columns: number;
}

/** Pixels with their axes. */
export interface RawFrame extends FrameFormat {
  /** Row-major. */
  readonly pixels: TypedArray;
  readonly xAxis: Float32Array;
  readonly yAxis: Float32Array;
  /** Memory for the prepared pixels. */
  allocate(bytes: number): { readonly buffer: ArrayBufferLike; readonly byteOffset: number };
}

/** The settings in the form in which frames need them. */
interface Compiled {
  readonly revision: number;
  readonly parameters: JsonObject;
  readonly preparation: Preparation;
  readonly background: ArrayView<Uint16Array> | null;
}

export class FramePreparation {
  #compiled: Compiled | null = null;
  #plan: Plan | null = null;
  readonly #runningMean = new RunningMean();

  /** The parameters of the settings; the same object for all frames of a revision. */
  parameters(settings: PortableSettings): JsonObject {
    return this.compile(settings).parameters;
  }

  /** @throws what makes the preparation impossible */
  planFor({ settings, type, rows, columns }: FrameFormat): Plan {
    const { preparation, background } = this.compile(settings);
    const known = this.#plan;
    if (known?.inputType === type && known.inputShape[0] === rows && known.inputShape[1] === columns) {
      return known;
    }
    this.#plan = compilePlan(preparation, { type, shape: [rows, columns] }, background);
    return this.#plan;
  }

  /**
   * @param needsMemory whether the pixels go to the memory that `allocate` gives; otherwise they may stay where they are
   * @returns null when the frame is dropped
   */
  prepare(frame: RawFrame, plan: Plan, needsMemory: boolean, statistics: boolean): PreparedFrame | null {
    return runPlan(
      kernels,
      plan,
      { image: viewOf(frame.pixels, frame.rows, frame.columns), x: frame.xAxis, y: frame.yAxis },
      {
        destination: needsMemory ? destinationFor(plan, frame) : null,
        runningMean: this.#runningMean,
        statistics,
      },
    );
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
}

function destinationFor({ outputType, outputShape }: Plan, { allocate }: RawFrame): TypedArray {
  const length = outputShape[0] * outputShape[1];
  const { buffer, byteOffset } = allocate(length * elementSize(outputType));
  return viewElements(outputType, buffer, byteOffset, length);
}
