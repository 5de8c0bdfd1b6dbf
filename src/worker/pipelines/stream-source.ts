/**
 * The connection of a pipeline to a bsread stream.
 */
import { Receiver } from '../../bsread/index.js';
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy, numberOf } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';

/** Which keys of the parameters say where the stream is. */
export interface StreamKeys {
  /** Keys of addresses, the first one that is set counts. */
  readonly addresses: readonly string[];
  readonly mode: string;
}

const DEFAULT_RECEIVE_TIMEOUT = 1000;
const HIGH_WATER_MARK = 100;

/** Connects. @throws CamServerError when there is no address, or it cannot be connected to */
export async function openStreamSource(
  parameters: JsonObject,
  keys: StreamKeys,
  log: InstanceLog,
): Promise<Receiver> {
  const key = keys.addresses.find((name) => isTruthy(parameters[name]));
  if (key === undefined) {
    throw new CamServerError(
      'NOT_AVAILABLE',
      `Streams of the dispatcher are not available yet. Give an address (${keys.addresses.join(' or ')}).`,
    );
  }
  const receiver = new Receiver({
    address: String(parameters[key]).trim(),
    mode: (parameters[keys.mode] ?? 'SUB') === 'SUB' ? 'SUB' : 'PULL',
    highWaterMark: HIGH_WATER_MARK,
    receiveTimeout:
      numberOf(parameters.receive_timeout ?? DEFAULT_RECEIVE_TIMEOUT) ?? DEFAULT_RECEIVE_TIMEOUT,
    onWarning: (text) => log.warning(text),
  });
  await receiver.open();
  return receiver;
}
