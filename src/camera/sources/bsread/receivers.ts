/**
 * The connections of a bsread camera.
 */
import { Receiver } from '../../../bsread/receiver.js';
import type { ReceivedChannel, ReceivedMessage } from '../../../bsread/types.js';
import { CamServerError } from '../../../common/errors.js';
import { type ArrayValue, isArrayValue } from '../../../common/values.js';
import { CameraFailure, ExitCode } from '../../failure.js';

const RECEIVE_TIMEOUT = 1000;
const HIGH_WATER_MARK = 100;

/** Opens so many PULL connections to a stream. @throws CamServerError `Unable to connect to <address>` */
export async function openReceivers(
  address: string,
  count: number,
  onWarning: (text: string) => void,
): Promise<Receiver[]> {
  const receivers = Array.from(
    { length: count },
    () =>
      new Receiver({
        address,
        mode: 'PULL',
        highWaterMark: HIGH_WATER_MARK,
        receiveTimeout: RECEIVE_TIMEOUT,
        onWarning,
      }),
  );
  try {
    for (const receiver of receivers) await receiver.open();
  } catch (error) {
    for (const receiver of receivers) receiver.close();
    throw error;
  }
  return receivers;
}

/** The image channel. @throws CameraFailure when the stream does not have it */
export function imageChannel(message: ReceivedMessage, names: readonly string[]): ReceivedChannel {
  for (const name of names) {
    const channel = message.channel(name);
    if (channel !== undefined) return channel;
  }
  const present = message.channels.map(({ definition }) => definition.name).slice(0, 10);
  throw new CameraFailure(
    ExitCode.failed,
    `The stream has no channel ${names.join(' or ')}; it has: ${present.join(', ') || 'none'}`,
  );
}

/** The image in the channel, null when there is none that is two-dimensional. */
export function decodeImage(channel: ReceivedChannel): ArrayValue | null {
  const value = channel.decode();
  return isArrayValue(value) && value.shape.length === 2 ? value : null;
}

/**
 * One image of a stream, over a connection of its own.
 * @throws CamServerError when none comes in time
 */
export async function readOneImage(
  address: string,
  names: readonly string[],
  timeout: number,
): Promise<ArrayValue> {
  const [receiver] = await openReceivers(address, 1, () => {});
  const deadline = performance.now() + timeout;
  try {
    while (performance.now() < deadline) {
      const message = await receiver.receive();
      const image = message === null ? null : decodeImage(imageChannel(message, names));
      if (image !== null) return image;
    }
  } finally {
    receiver.close();
  }
  throw new CamServerError('NO_IMAGE', `No image came from ${address} within ${timeout / 1000} s`);
}
