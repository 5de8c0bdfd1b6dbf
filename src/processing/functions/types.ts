/** What processing functions are and what they get. */
import type { JsonObject } from '../../common/json.js';
import type { ArrayView, ChannelValues, Timestamp } from '../../common/values.js';
import type { Kernels } from '../kernels.js';
import type { PreparedFrame } from '../run-plan.js';

export interface ProcessingInput extends PreparedFrame {
  readonly kernels: Kernels;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  /** Channels of the message besides the camera's own, and merged ones; in their order. */
  readonly bsdata: ChannelValues;
  /** The background of mode `passive` (`Plan.passiveBackground`). */
  readonly background: ArrayView<Uint16Array> | null;
  /** Why the frame could not be prepared as configured (`Plan.processingError`); null: it was. */
  readonly processingError: string | null;
  /** What `psss` reads from the control system; null for the other functions. */
  readonly spectrometer: SpectrometerState | null;
}

/** Values of process variables, kept by the caller. */
export interface SpectrometerState {
  /** `SPC_ROI_YMIN` and `SPC_ROI_YMAX`, or their last values; at first [0, 0]. */
  readonly rowLimits: readonly [minimum: number, maximum: number];
  /** `SPECTRUM_X`; null when it is not connected. */
  readonly energyAxis: Float64Array | Float32Array | null;
  /** Told why there is no result. */
  warn(message: string): void;
}

/**
 * Makes the channels of one frame; null drops it.
 * @param parameters the configuration with its run-time keys; not changed
 * @throws Error when the frame fails
 */
export type ProcessingFunction = (input: ProcessingInput, parameters: JsonObject) => ChannelValues | null;
