/**
 * Chooses the sink that a configuration asks for.
 */
import { type Compression, isCompression } from '../../bsread/index.js';
import { CamServerError } from '../../common/errors.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { isTruthy, numberOf } from '../../common/leniency.js';
import { openBsreadSink } from './bsread.js';
import type { Sink } from './sink.js';

export type { Sink } from './sink.js';

export interface SinkPlace {
  /** Port to bind when the configuration has no `output_stream`. */
  readonly port: number;
  /** Ends the waiting of a blocking send. */
  readonly stop: AbortSignal;
  /** Whether a message waits while a file has no room for it; otherwise it is given up. */
  readonly waitsForFile: boolean;
  /** Called when a file cannot be written any more. */
  failed(error: Error): void;
}

/**
 * Opens the output of a pipeline.
 * @param parameters `mode`, `queue_size`, `block`, `output_stream`, `data_header_compression`; for FILE see `openHdf5Sink`
 * @throws CamServerError when the address cannot be bound or connected, or the file cannot be created
 */
export async function openSink(parameters: JsonObject, place: SinkPlace): Promise<Sink> {
  if (parameters.mode === 'FILE') {
    const { openHdf5Sink } = await import('./hdf5/index.js');
    return openHdf5Sink(parameters, { waits: place.waitsForFile, failed: place.failed });
  }
  const outputStream = isTruthy(parameters.output_stream) ? String(parameters.output_stream).trim() : null;
  return openBsreadSink({
    address: outputStream ?? `tcp://*:${place.port}`,
    attachment: outputStream === null ? 'bind' : 'connect',
    mode: parameters.mode === 'PUSH' ? 'PUSH' : 'PUB',
    highWaterMark: Math.max(0, Math.trunc(numberOf(parameters.queue_size) ?? 10)),
    block: isTruthy(parameters.block),
    headerCompression: readCompression(parameters.data_header_compression, 'Data header compression'),
    stop: place.stop,
  });
}

/**
 * `true` means bitshuffle_lz4, a text is the method, anything falsy none.
 * @param subject begins the error text: `Data compression`
 * @throws CamServerError `<subject> "<value>" not supported. Available: …`
 */
export function readCompression(value: JsonValue | undefined, subject: string): Compression {
  if (!isTruthy(value)) return 'none';
  if (value === true) return 'bitshuffle_lz4';
  if (typeof value === 'string' && isCompression(value)) return value;
  throw new CamServerError(
    'INVALID_CONFIGURATION',
    `${subject} "${String(value)}" not supported. Available: ['none', 'lz4', 'bitshuffle_lz4']`,
  );
}
