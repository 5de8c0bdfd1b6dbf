/**
 * Where the messages of a pipeline go: a bsread stream, or a file.
 */
import type { Timestamp } from '../../common/values.js';
import type { PreparedMessage } from '../header-strategy.js';

export interface Sink {
  /** Established connections; null when there is nothing to connect to, so that nobody can be missing. */
  readonly clients: number | null;
  /** Since when nobody is connected, in milliseconds of `performance.now()`; null while somebody is, or nobody can be missing. */
  readonly idleSince: number | null;
  /** Where it is bound or connected, or the path of the file. */
  readonly address: string;
  /**
   * Hands a message over; the memory of its arrays must not be written to afterwards. Waits while a blocking sender has
   * no room, at most until `close`.
   * @returns false when the message was given up because nobody could take it
   */
  send(message: PreparedMessage, pulseId: bigint, timestamp: Timestamp): Promise<boolean>;
  close(): Promise<void>;
}
