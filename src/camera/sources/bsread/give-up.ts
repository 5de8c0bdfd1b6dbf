import type { ReceivedMessage } from '../../../bsread/types.js';
import type { CameraEngine } from '../source.js';

/** Drops a message and gives its memory back; with the key `debug` the log says so. */
export function giveUp(engine: CameraEngine, message: ReceivedMessage, reason: string): void {
  if (engine.settings.debug) engine.log.info(`Pulse ${message.pulseId} rejected: ${reason}`);
  engine.drop(reason);
  message.release();
}
