/**
 * Worker thread of a pipeline of images: works on frames in their slot. The received pixels lie at the beginning, the prepared
 * ones behind them.
 */
import { type NumericType, viewElements } from '../../common/dtype.js';
import type { Timestamp } from '../../common/values.js';
import { serveFrames } from '../../streaming/frame-worker.js';
import { fromPortable, type PortableValues } from '../../streaming/value-transfer.js';
import { FrameProcessor } from './frame-processor.js';
import type { PortableSettings } from './settings.js';

/** What a thread gets for one frame. */
export interface ThreadJob {
  readonly settings: PortableSettings;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly type: NumericType;
  readonly rows: number;
  readonly columns: number;
  readonly xAxis: Float32Array;
  readonly yAxis: Float32Array;
  readonly extraChannels: PortableValues;
  /** Where the prepared pixels go. */
  readonly outputOffset: number;
}

const processor = new FrameProcessor();

export default serveFrames<ThreadJob>((memory, job) =>
  processor.process({
    ...job,
    pixels: viewElements(job.type, memory, 0, job.rows * job.columns),
    pixelsAreTransient: false,
    // functions that use process variables stay on the main thread
    spectrometer: null,
    extraChannels: fromPortable(job.extraChannels, null),
    allocate: () => ({ buffer: memory, byteOffset: job.outputOffset }),
  }),
);
