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
import type { Attachment, SenderStatistics } from './types.js';

export interface SenderOptions {
  /** `tcp://*:port`, `tcp://host:port` or `ipc://path`; `tcp://*:0` binds a free port. */
  readonly address: string;
  /** Default PUB. */
  readonly mode?: 'PUB' | 'PUSH';
  /** Default bind. */
  readonly attachment?: Attachment;
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
}

export type SendResult = 'sent' | 'dropped';

const HEARTBEAT_INTERVAL = 5000;
const HEARTBEAT_TIMEOUT = 30_000;

export class Sender {
  private readonly socket: Publisher | Push;
  private readonly counter: ClientCounter;
  private isOpen = false;
  private isSending = false;
  private messagesSent = 0;
  private bytesSent = 0;
  private messagesDropped = 0;
  private headerChanges = 0;
  private lastHash: string | null = null;
  private boundAddress: string | null = null;

  constructor(private readonly options: SenderOptions) {
    const highWaterMark = options.highWaterMark ?? 10;
    const common = {
      sendHighWaterMark: highWaterMark,
      linger: options.linger ?? 1000,
      heartbeatInterval: HEARTBEAT_INTERVAL,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
    };
    const isPush = options.mode === 'PUSH';
    const sendTimeout = isPush ? (options.block === false ? 0 : (options.sendTimeout ?? -1)) : 0;
    this.socket = isPush ? new Push({ ...common, sendTimeout }) : new Publisher({ ...common, sendTimeout });
    this.counter = new ClientCounter(this.socket.events);
  }

  /** Binds or connects. @throws CamServerError `Unable to <bind|connect> to <address>` */
  async open(): Promise<void> {
    const { address, attachment = 'bind' } = this.options;
    try {
      if (attachment === 'bind') await this.socket.bind(address);
      else this.socket.connect(address);
    } catch (error) {
      throw new CamServerError('UNABLE_TO_OPEN', `Unable to ${attachment} to ${address}`, { cause: error });
    }
    this.boundAddress = this.socket.lastEndpoint;
    this.isOpen = true;
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.boundAddress ?? this.options.address;
  }

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
   * @param signal ends the waiting of a blocking PUSH; the message counts as dropped
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

  /** False when no peer took the message within the time allowed. */
  private async handOver(parts: Uint8Array[], signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) return false;
    const sending = this.socket.send(parts).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EAGAIN' || this.socket.closed) return false;
        throw error;
      },
    );
    if (signal === undefined) return sending;
    let onAbort: () => void = () => {};
    const aborted = new Promise<boolean>((resolve) => {
      onAbort = () => {
        // zeromq.js cannot withdraw a pending send; closing the socket is the only way to end it
        this.close();
        resolve(false);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([sending, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
