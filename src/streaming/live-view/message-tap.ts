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

type Listener = (message: TappedMessage | null) => void;

export class MessageTap {
  readonly #waiting = new Set<Listener>();

  /** Whether somebody waits for the next message; otherwise there is no need to make one. */
  get isWanted(): boolean {
    return this.#waiting.size > 0;
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
        resolve(message);
      };
      const timer = setTimeout(listener, timeout, null);
      this.#waiting.add(listener);
    });
  }
}
