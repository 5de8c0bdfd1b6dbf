/**
 * What the rooms above see of the bsread wire (`docs/protocol.md`): definitions of channels, received messages, counters.
 */
import type { ElementType } from '../common/dtype.js';
import type { ChannelValue, Timestamp } from '../common/values.js';

export type Compression = 'none' | 'lz4' | 'bitshuffle_lz4';
export type SocketMode = 'PUB' | 'SUB' | 'PUSH' | 'PULL';
export type Attachment = 'bind' | 'connect';

/** One channel of a data header. */
export interface ChannelDefinition {
  readonly name: string;
  readonly type: ElementType | 'string';
  /** Fastest dimension first, as on the wire; `[1]` for scalars. Undefined: one-dimensional, length from the data. */
  readonly shape?: readonly number[];
  readonly encoding?: 'little' | 'big';
  readonly compression?: Compression;
  readonly modulo?: number;
  readonly offset?: number;
}

/** One channel of a received message. Nothing is decoded, and nothing copied, before it is asked for. */
export interface ReceivedChannel {
  /** As announced; `type` is the text of the header in lower case and may be one that CamServer does not know. */
  readonly definition: Omit<ChannelDefinition, 'type' | 'compression'> & {
    readonly type: string;
    readonly compression: string;
  };
  /** Null when the channel has no value or no time in this message. */
  readonly timestamp: Timestamp | null;
  /** The value part as it came, possibly compressed; null when the channel has no value. */
  readonly frame: Uint8Array | null;
  /** The value in host byte order; null when there is none or it cannot be decoded (a warning is logged then). */
  decode(): ChannelValue;
  /**
   * Decompresses into `target` (bytes, may lie in a SharedArrayBuffer) without an intermediate copy.
   * The bytes are in host order; those of `bool` are as sent (any byte but 0 is true).
   * @returns false when the value is absent, undecodable, or of another size than `target`; `target` may be overwritten
   */
  decodeInto(target: Uint8Array): boolean;
}

export interface ReceivedMessage {
  readonly pulseId: bigint;
  /** Null when the sender gives none. */
  readonly timestamp: Timestamp | null;
  readonly hash: string;
  /** True for the first message and whenever the data header differs from the one before. */
  readonly formatChanged: boolean;
  readonly channels: readonly ReceivedChannel[];
  /** The channel of that name, or undefined. */
  channel(name: string): ReceivedChannel | undefined;
  /** Bytes of all parts. */
  readonly size: number;
  /**
   * Gives the memory of the message back to ZeroMQ at once instead of at the next garbage collection. Afterwards no
   * `frame` may be read. Values that `decode()` returned stay valid only if they were copied or decompressed. Never
   * release what was handed to a sender: it would read freed memory.
   */
  release(): void;
}

/** Counters of a receiver; only ever growing. */
export interface ReceiverStatistics {
  readonly totalBytesReceived: number;
  readonly messagesReceived: number;
  /** Messages that were structurally broken and therefore dropped. */
  readonly messagesDropped: number;
}

/** Counters of a sender; only `clients` may fall. */
export interface SenderStatistics {
  readonly messagesSent: number;
  readonly bytesSent: number;
  /** Messages given up because all queues were full or nobody was connected. */
  readonly messagesDropped: number;
  /** Data headers made, the first included. */
  readonly headerChanges: number;
  /** Established connections. */
  readonly clients: number;
}
