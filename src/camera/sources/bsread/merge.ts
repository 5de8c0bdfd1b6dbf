/**
 * Unbuffered reading of several connections: one message per connection is held, and when every connection has one, the one
 * with the smallest pulse id comes next.
 */
import type { Receiver } from '../../../bsread/receiver.js';
import type { ReceivedMessage } from '../../../bsread/types.js';

/**
 * A connection that is silent for so many milliseconds, so many times, holds the others back no longer. A process that was held up
 * itself finds what has come meanwhile, because that counts once.
 */
const SILENCE = 100;
const SILENCES = 10;

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
  let silences = 0;
  while (!stop.aborted) {
    for (const slot of slots) if (slot.held === null) slot.pending ??= fill(slot);
    const empty = slots.filter((slot) => slot.held === null);
    const held = slots.filter((slot) => slot.held !== null);
    if (empty.length > 0 && (held.length === 0 || silences < SILENCES)) {
      if (await areSilent(empty, held.length > 0 ? SILENCE : null)) silences += 1;
      continue;
    }
    if (empty.length === 0) silences = 0;
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

/** Waits until one of the slots may be filled. @returns true when nothing came within `timeout`; null: any time */
async function areSilent(slots: readonly Slot[], timeout: number | null): Promise<boolean> {
  const waiting: Promise<boolean>[] = slots.map((slot) => slot.pending!.then(() => false));
  let timer: NodeJS.Timeout | undefined;
  if (timeout !== null) {
    waiting.push(
      new Promise((resolve) => {
        timer = setTimeout(() => resolve(true), timeout);
      }),
    );
  }
  return Promise.race(waiting).finally(() => clearTimeout(timer));
}
