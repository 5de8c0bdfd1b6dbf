/**
 * The loop that pipelines with a source share: prepare, receive, judge, take, until something ends the pipeline.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import type { InstanceLog } from '../../instances/types.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import type { Ending } from './ending.js';
import type { ReceiveStage } from './receive-stage.js';

export interface ReceiveLoopOptions {
  readonly stage: ReceiveStage;
  readonly ending: Ending;
  readonly log: InstanceLog;
  /** Called before each receive: applies a configuration that has come. */
  prepare?(): Promise<void>;
  /** The next message; null after a time-out, and when the source is closed. */
  receive(): Promise<ReceivedMessage | null>;
  /** Works on a message or hands it on; releases the message, and the ticket ends sooner or later. */
  take(message: ReceivedMessage, ticket: FrameTicket): Promise<void>;
  /** The camera was silent for too long. */
  reconnect?(): Promise<void>;
  /** Resolves when all that was taken is sent. */
  drain(): Promise<void>;
}

/** Returns when the pipeline has ended. @throws StreamTimeoutError, and what the functions given throw */
export async function runReceiveLoop(loop: ReceiveLoopOptions): Promise<void> {
  const { stage, ending, log } = loop;
  while (ending.code === null) {
    await loop.prepare?.();
    const message = await loop.receive();
    if (ending.code !== null) return message?.release();
    const received = stage.judge(message);
    if (received.kind === 'reconnect') {
      log.warning('Camera timeout. Requesting the camera stream again.');
      await loop.reconnect?.();
    } else if (received.kind === 'end') {
      log.info('Reached end of pid range: stopping pipeline.');
      await loop.drain();
      ending.end(0);
    } else if (received.kind === 'frame') {
      await loop.take(received.message, received.ticket);
    }
  }
}
