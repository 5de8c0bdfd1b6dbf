/**
 * Buffered mode: every connection is read by itself, and messages are handed on in the order of their pulse ids.
 */
import { setImmediate } from 'node:timers/promises';
import type { Receiver } from '../../../bsread/receiver.js';
import type { ReceivedMessage } from '../../../bsread/types.js';
import { errorText } from '../../../common/errors.js';
import { CameraFailure, ExitCode } from '../../failure.js';
import type { CameraEngine } from '../source.js';
import {
  ALIGNMENT_INTERVAL,
  areAligned,
  MAXIMUM_MISALIGNED_CHECKS,
  PulseRanges,
  StartBarrier,
} from './alignment.js';
import { giveUp } from './give-up.js';
import { PulseBuffer } from './pulse-buffer.js';

/**
 * Messages in order until `stop` is aborted; what waits then is dropped.
 * @throws CameraFailure when a receiver fails, or when the connections stay misaligned for 10 s
 */
export async function* bufferConnections(
  engine: CameraEngine,
  receivers: readonly Receiver[],
  stop: AbortSignal,
): AsyncGenerator<ReceivedMessage> {
  const connections = receivers.length;
  const { bufferSize: size, bufferThreshold: threshold } = engine.settings.bsread;
  const buffer = new PulseBuffer<ReceivedMessage>({ size, threshold, connections });
  const ranges = new PulseRanges(connections);
  const barrier = new StartBarrier(connections);
  let failure: unknown = null;
  let isLeft = false;
  let wake = (): void => {};
  const fail = (error: unknown): void => {
    failure ??= error;
    wake();
  };

  const take = (message: ReceivedMessage, connection: number): void => {
    engine.counters.received += 1;
    if (isLeft) {
      giveUp(engine, message, 'stopped');
      return;
    }
    ranges.add(connection, message.pulseId);
    if (!barrier.admits(connection, message.pulseId)) {
      giveUp(engine, message, 'alignment');
      return;
    }
    const lost = buffer.add(message);
    if (lost !== null) giveUp(engine, lost, lost === message ? 'late' : 'buffer_full');
    wake();
  };

  receivers.forEach((receiver, connection) => {
    readAll(receiver, stop, (message) => take(message, connection)).catch(fail);
  });
  const alignment = watchAlignment(engine, ranges, fail);
  stop.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!stop.aborted && failure === null) {
      const message = buffer.take();
      if (message !== null) yield message;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(alignment);
    isLeft = true;
    for (const message of buffer.clear()) giveUp(engine, message, 'stopped');
  }
  if (failure !== null) throw failure;
}

async function readAll(
  receiver: Receiver,
  stop: AbortSignal,
  onMessage: (message: ReceivedMessage) => void,
): Promise<void> {
  try {
    // a closed receiver answers at once, for ever
    while (!stop.aborted && !receiver.closed) {
      const message = await receiver.receive();
      if (message === null) continue;
      onMessage(message);
      // what piled up on one connection must not go before what piled up on the others
      await setImmediate();
    }
  } catch (error) {
    throw new CameraFailure(ExitCode.receiverFailed, `Receiver failed: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function watchAlignment(
  engine: CameraEngine,
  ranges: PulseRanges,
  fail: (error: CameraFailure) => void,
): NodeJS.Timeout {
  let misaligned = 0;
  return setInterval(() => {
    const { bufferSize, abortOnError } = engine.settings.bsread;
    misaligned = areAligned(ranges.ranges, bufferSize) ? 0 : misaligned + 1;
    if (misaligned === 1 && engine.settings.debug) engine.log.info('Streams misaligned');
    if (misaligned <= MAXIMUM_MISALIGNED_CHECKS || !abortOnError) return;
    fail(new CameraFailure(ExitCode.failed, 'Streams misaligned - aborting'));
  }, ALIGNMENT_INTERVAL);
}
