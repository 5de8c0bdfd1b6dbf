/**
 * Publishes bsread messages over ZeroMQ. A message is built completely and handed over atomically: receivers never see
 * half of one.
 */
import { Publisher, Push } from 'zeromq';
import { CamServerError } from '../common/errors.js';
import type { ChannelValue, Timestamp } from '../common/values.js';
import { ClientCounter } from './client-counter.js';
import type { EncodedDataHeader } from './headers.js';
import { encodeMessage } from './message.js';
import { attach, TRANSPORT_OPTIONS, type TransportOptions } from './sockets.js';
import type { SenderStatistics } from './types.js';

export interface SenderOptions extends TransportOptions {
  /** Default PUB. */
  readonly mode?: 'PUB' | 'PUSH';
  /** Messages that may wait for one peer; default 10. */
  readonly highWaterMark?: number;
  /**
   * PUSH only: true waits until a peer takes the message (default), false gives it up at once and counts it. PUB never
   * waits: a slow subscriber misses messages.
   */
  readonly block?: boolean;
  /** Milliseconds that a blocking send waits at most; default without limit. */
  readonly sendTimeout?: number;
  /** Milliseconds that unsent messages are kept at close; default 1000. */
  readonly linger?: number;
  /** Called with the number of clients whenever it changes. */
  readonly onClientsChange?: (clients: number) => void;
}

export type SendResult = 'sent' | 'dropped';

/** Milliseconds after which a waiting send looks whether it is still wanted; ZeroMQ cannot take a pending one back. */
const WAIT_SLICE = 50;
/** Sends of a PUSH that never waits resolve at once; so many in a row may keep the event loop from everything else. */
const SENDS_WITHOUT_YIELD = 64;
/** All that a peer sends to a sender are subscriptions and heartbeats. */
const MAXIMUM_INBOUND_SIZE = 64 * 1024;

/** Sends messages under headers that the caller builds once (`encodeDataHeader`). Open it on the main thread only. */
export class Sender {
  private readonly socket: Publisher | Push;
  private readonly counter: ClientCounter;
  private readonly isWaiting: boolean;
  private isOpen = false;
  private isSending = false;
  private sendsSinceYield = 0;
  private messagesSent = 0;
  private bytesSent = 0;
  private messagesDropped = 0;
  private headerChanges = 0;
  private lastHash: string | null = null;
  private boundAddress: string | null = null;

  constructor(private readonly options: SenderOptions) {
    const { mode = 'PUB', block = true, highWaterMark = 10, linger = 1000 } = options;
    const socketOptions = {
      ...TRANSPORT_OPTIONS,
      sendHighWaterMark: highWaterMark,
      linger,
      maxMessageSize: MAXIMUM_INBOUND_SIZE,
    };
    this.isWaiting = mode === 'PUSH' && block;
    const sendTimeout = mode === 'PUSH' && !block ? 0 : -1;
    this.socket =
      mode === 'PUSH'
        ? new Push({ ...socketOptions, sendTimeout })
        : new Publisher({ ...socketOptions, sendTimeout });
    // before binding, so that no connection goes uncounted
    this.counter = new ClientCounter(this.socket.events, options.onClientsChange);
  }

  /** Binds (default) or connects. @throws CamServerError `Unable to <bind|connect> to <address>` */
  async open(): Promise<void> {
    const { address, attachment = 'bind' } = this.options;
    this.boundAddress = await attach(this.socket, address, attachment);
    this.isOpen = true;
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.boundAddress ?? this.options.address;
  }

  /** Since when nobody is connected, in milliseconds of `performance.now()`; null while somebody is. */
  get idleSince(): number | null {
    return this.counter.idleSince;
  }

  /** Counts since the sender was made. */
  get statistics(): SenderStatistics {
    return {
      messagesSent: this.messagesSent,
      bytesSent: this.bytesSent,
      messagesDropped: this.messagesDropped,
      headerChanges: this.headerChanges,
      clients: this.counter.clients,
    };
  }

  /**
   * Sends one message. Only one call may be in progress, so that a slow peer is felt by the caller instead of filling a hidden
   * queue. Arrays are not copied: they must never be changed afterwards.
   * @param signal ends the waiting of a blocking PUSH within 50 ms; the message counts as dropped, the sender stays usable
   * @throws ValueError when a value does not fit its channel; CamServerError when the sender is closed or busy
   */
  async send(
    header: EncodedDataHeader,
    values: readonly ChannelValue[],
    pulseId: bigint,
    timestamp: Timestamp,
    signal?: AbortSignal,
  ): Promise<SendResult> {
    if (!this.isOpen) throw new CamServerError('SENDER_CLOSED', `The sender on ${this.address} is not open`);
    if (this.isSending) {
      throw new CamServerError(
        'SENDER_BUSY',
        `The sender on ${this.address} has not finished the last message`,
      );
    }
    const parts = encodeMessage(header, values, pulseId, timestamp);
    this.isSending = true;
    let isSent: boolean;
    try {
      isSent = await this.handOver(parts, signal);
    } finally {
      this.isSending = false;
    }
    if (!isSent) {
      this.messagesDropped += 1;
      return 'dropped';
    }
    this.messagesSent += 1;
    for (const part of parts) this.bytesSent += part.length;
    if (header.hash !== this.lastHash) {
      this.lastHash = header.hash;
      this.headerChanges += 1;
    }
    return 'sent';
  }

  /** Closes the socket; unsent messages are kept for the linger time in the background. */
  close(): void {
    if (this.socket.closed) return;
    this.isOpen = false;
    this.counter.stop();
    this.socket.close();
  }

  /** False when no peer took the message within the time allowed, or the caller stopped. */
  private async handOver(parts: Uint8Array[], signal?: AbortSignal): Promise<boolean> {
    const deadline = this.isWaiting ? performance.now() + this.timeLimit() : 0;
    for (;;) {
      if (signal?.aborted === true || this.socket.closed) return false;
      if (this.isWaiting) this.socket.sendTimeout = waitSlice(deadline);
      if (await this.trySend(parts)) return true;
      if (performance.now() < deadline) continue;
      await this.yieldSometimes();
      return false;
    }
  }

  private async trySend(parts: Uint8Array[]): Promise<boolean> {
    try {
      await this.socket.send(parts);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN' || this.socket.closed) return false;
      throw error;
    }
  }

  /** As for receivers, 0 means no limit. */
  private timeLimit(): number {
    const { sendTimeout = 0 } = this.options;
    return sendTimeout > 0 ? sendTimeout : Number.POSITIVE_INFINITY;
  }

  private async yieldSometimes(): Promise<void> {
    this.sendsSinceYield += 1;
    if (this.sendsSinceYield < SENDS_WITHOUT_YIELD) return;
    this.sendsSinceYield = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function waitSlice(deadline: number): number {
  return Math.max(1, Math.min(WAIT_SLICE, Math.ceil(deadline - performance.now())));
}
