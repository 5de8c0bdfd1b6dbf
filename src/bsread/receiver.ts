/**
 * Receives bsread messages over ZeroMQ. Whole messages only; what is broken is dropped, counted and never disturbs the next.
 */
import { type DecoderLimits, MessageDecoder } from './message.js';
import { RawReceiver, type RawReceiverOptions } from './raw-receiver.js';
import type { ReceivedMessage, ReceiverStatistics } from './types.js';

export interface ReceiverOptions extends RawReceiverOptions, DecoderLimits {
  /** Called with a text for each dropped message and each value that cannot be decoded. */
  readonly onWarning?: (text: string) => void;
  /** Called with each message whose data header differs from the one before; never for the first. */
  readonly onHeaderChange?: (message: ReceivedMessage) => void;
}

export interface ReceiveOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Messages for which it is false are passed over; the receive time-out starts anew with each. */
  readonly filter?: (message: ReceivedMessage) => boolean;
}

/** Receives bsread messages; nothing is decoded before it is asked for. Open it on the main thread only. */
export class Receiver {
  private readonly raw: RawReceiver;
  private readonly decoder: MessageDecoder;
  private totalBytesReceived = 0;
  private messagesReceived = 0;
  private messagesDropped = 0;
  private lastHash: string | null = null;

  constructor(private readonly options: ReceiverOptions) {
    this.raw = new RawReceiver(options);
    this.decoder = new MessageDecoder(options.onWarning, options);
  }

  /** Connects (default) or binds. @throws CamServerError `Unable to <connect|bind> to <address>` */
  async open(): Promise<void> {
    await this.raw.open();
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.raw.address;
  }

  /** True after `close`. */
  get closed(): boolean {
    return this.raw.closed;
  }

  /** Counts since the receiver was made. */
  get statistics(): ReceiverStatistics {
    return {
      totalBytesReceived: this.totalBytesReceived,
      messagesReceived: this.messagesReceived,
      messagesDropped: this.messagesDropped,
    };
  }

  /**
   * The next message. Only one call may wait at a time.
   * @returns null after the receive time-out, for a dropped message, when the signal aborts, and when the receiver is closed
   */
  async receive({ signal, filter }: ReceiveOptions = {}): Promise<ReceivedMessage | null> {
    for (;;) {
      const parts = await this.raw.receive(signal);
      const message = parts === null ? null : this.decode(parts);
      if (message === null || filter === undefined || filter(message)) return message;
      message.release();
    }
  }

  /** All messages until the receiver is closed or the signal aborts; dropped ones are passed over. */
  async *messages(options: ReceiveOptions = {}): AsyncGenerator<ReceivedMessage, void, void> {
    while (!this.closed && options.signal?.aborted !== true) {
      const message = await this.receive(options);
      if (message !== null) yield message;
    }
  }

  /** Closes the socket; a pending `receive` gives null. */
  close(): void {
    this.raw.close();
  }

  private decode(parts: readonly Uint8Array[]): ReceivedMessage | null {
    let message: ReceivedMessage;
    try {
      message = this.decoder.decode(parts);
    } catch (error) {
      this.messagesDropped += 1;
      this.options.onWarning?.(`Message dropped: ${(error as Error).message}`);
      return null;
    }
    this.totalBytesReceived += message.size;
    this.messagesReceived += 1;
    const isChange = this.lastHash !== null && message.hash !== this.lastHash;
    this.lastHash = message.hash;
    if (isChange) this.options.onHeaderChange?.(message);
    return message;
  }
}
