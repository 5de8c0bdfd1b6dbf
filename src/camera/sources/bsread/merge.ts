/**
 * Unbuffered reading of several connections: one message per connection is held, and when every connection has one, the one
 * with the smallest pulse id comes next.
 */
import type { Receiver } from '../../../bsread/receiver.js';
import type { ReceivedMessage } from '../../../bsread/types.js';

/** A connection that is silent for so many milliseconds holds the others back no longer. */
const RELEASE_TIMEOUT = 1000;

interface Slot {
  readonly receiver: Receiver;
  held: ReceivedMessage | null;
  pending: Promise<void> | null;
}

/** Messages until `stop` is aborted. @throws what a receiver throws */
export async function* mergeConnections(
  receivers: readonly Receiver[],
  stop: AbortSignal,
): AsyncGenerator<ReceivedMessage> {
  const slots = receivers.map((receiver): Slot => ({ receiver, held: null, pending: null }));
  let waitingSince: number | null = null;
  while (!stop.aborted) {
    for (const slot of slots) if (slot.held === null) slot.pending ??= fill(slot);
    const empty = slots.filter((slot) => slot.held === null);
    const held = slots.filter((slot) => slot.held !== null);
    const waited = waitingSince === null ? 0 : performance.now() - waitingSince;
    if (empty.length > 0 && (held.length === 0 || waited < RELEASE_TIMEOUT)) {
      if (held.length > 0) waitingSince ??= performance.now();
      await firstOf(empty, held.length > 0 ? RELEASE_TIMEOUT - waited : null);
      continue;
    }
    if (empty.length === 0) waitingSince = null;
    const next = held.reduce((a, b) => (b.held!.pulseId < a.held!.pulseId ? b : a));
    const message = next.held!;
    next.held = null;
    yield message;
  }
}

/** Receive time-outs and broken messages leave the slot empty. */
async function fill(slot: Slot): Promise<void> {
  slot.held = await slot.receiver.receive();
  slot.pending = null;
}

async function firstOf(slots: readonly Slot[], timeout: number | null): Promise<void> {
  const waiting: Promise<void>[] = slots.map((slot) => slot.pending!);
  let timer: NodeJS.Timeout | undefined;
  if (timeout !== null) {
    waiting.push(
      new Promise((resolve) => {
        timer = setTimeout(resolve, timeout);
      }),
    );
  }
  await Promise.race(waiting).finally(() => clearTimeout(timer));
}
