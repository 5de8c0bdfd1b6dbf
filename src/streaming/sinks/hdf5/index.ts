/**
 * Writes a pipeline's messages into an HDF5 file (`mode` FILE).
 */
import { CamServerError } from '../../../common/errors.js';
import type { JsonObject } from '../../../common/json.js';
import { isTruthy, lenientInteger } from '../../../common/leniency.js';
import type { Sink } from '../sink.js';
import { readLayout } from './layout.js';
import { Hdf5Recorder } from './recorder.js';

export { readLayout } from './layout.js';
export { Hdf5Recorder, type RecorderOptions } from './recorder.js';

export interface Hdf5SinkOptions {
  /** True: `send` waits for room; false: a message that finds none is given up. */
  readonly waits: boolean;
  /** Called once when the file cannot be written any more. */
  failed(error: Error): void;
}

/**
 * @param parameters `file`, `layout`, `localtime`, `change`, `records`, `file_compression`
 * @throws CamServerError when the file cannot be created
 */
export async function openHdf5Sink(
  parameters: JsonObject,
  { waits, failed }: Hdf5SinkOptions,
): Promise<Sink> {
  if (!isTruthy(parameters.file)) throw new CamServerError('INVALID_CONFIGURATION', 'File name not defined');
  const path = String(parameters.file);
  const records = lenientInteger(parameters.records, 0, 0);
  const recorder = await Hdf5Recorder.create({
    path,
    layout: readLayout(parameters.layout),
    localtime: isTruthy(parameters.localtime ?? true),
    change: isTruthy(parameters.change),
    compression: parameters.file_compression === 'bitshuffle_lz4' ? 'bitshuffle_lz4' : 'none',
    rows: records > 0 ? records : null,
    failed,
  });
  return {
    clients: null,
    idleSince: null,
    address: path,
    async send({ definitions, values }, pulseId, timestamp) {
      if (waits) await recorder.room();
      const named = definitions.map(({ name }, index) => [name, values[index] ?? null] as const);
      return recorder.push(new Map(named), pulseId, timestamp);
    },
    close: () => recorder.close(),
  };
}
