/**
 * Looks at the messages of an instance on their way out, without taking part: consumers notice nothing, and nothing is done
 * while nobody looks.
 */
import type { ChannelDefinition } from '../../bsread/index.js';
import type { ChannelValue, Timestamp } from '../../common/values.js';

/** A message as it is sent. Its arrays are not written to any more. */
export interface TappedMessage {
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly definitions: readonly ChannelDefinition[];
  /** One value per definition. */
  readonly values: readonly ChannelValue[];
}

/** Milliseconds for which somebody who was given a message counts as looking: viewers ask for the next one well before. */
const ATTENTION = 2000;

type Listener = (message: TappedMessage | null) => void;

export class MessageTap {
  readonly #waiting = new Set<Listener>();
  #attendedUntil = Number.NEGATIVE_INFINITY;

  /** Whether somebody waits for the next message; otherwise there is no need to make one. */
  get isWanted(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Since when an instance is of no use to anybody, in milliseconds of `performance.now()`; null while a client is connected or
   * somebody looks. Viewers ask for a message when the last one was on their screen: one that shows nothing does not count.
   * @param clientsIdleSince the same for the clients alone
   */
  unusedSince(clientsIdleSince: number | null): number | null {
    const isAttended = this.isWanted || performance.now() < this.#attendedUntil;
    return clientsIdleSince === null || isAttended ? null : Math.max(clientsIdleSince, this.#attendedUntil);
  }

  observe(message: TappedMessage): void {
    const listeners = [...this.#waiting];
    this.#waiting.clear();
    for (const listener of listeners) listener(message);
  }

  /** The next message; null when none comes within that many milliseconds. */
  next(timeout: number): Promise<TappedMessage | null> {
    return new Promise((resolve) => {
      const listener: Listener = (message) => {
        clearTimeout(timer);
        this.#waiting.delete(listener);
        this.#attendedUntil = performance.now() + ATTENTION;
        resolve(message);
      };
      const timer = setTimeout(listener, timeout, null);
      this.#waiting.add(listener);
    });
  }
}
