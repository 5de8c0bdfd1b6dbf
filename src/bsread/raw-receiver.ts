/**
 * Receives multipart messages of any family over ZeroMQ, whole or not at all.
 */
import { Pull, Subscriber } from 'zeromq';
import { CamServerError } from '../common/errors.js';
import { attach, TRANSPORT_OPTIONS, type TransportOptions } from './sockets.js';

export interface RawReceiverOptions extends TransportOptions {
  /** Default SUB. SUB receives everything; PULL shares the messages of a PUSH source with its other readers. */
  readonly mode?: 'SUB' | 'PULL';
  /** Messages that may wait to be received; default 100. */
  readonly highWaterMark?: number;
  /** Milliseconds; default 0: wait for ever. */
  readonly receiveTimeout?: number;
  /** Bytes of the largest part that is accepted; a peer that sends more is disconnected. Default 256 MiB. */
  readonly maximumPartSize?: number;
}

const DEFAULT_MAXIMUM_PART = 256 * 1024 * 1024;
/**
 * Milliseconds of receiving after which the event loop gets a turn. Messages that are there already are given without one, so
 * that a reader who can't keep up would never let go: no timer, no request, and no memory of earlier messages given back.
 */
const TIME_WITHOUT_YIELD = 4;

type Outcome = { readonly parts: Buffer[] } | { readonly error: unknown };

/** Receives messages as their parts. Open it on the main thread only: closing a ZeroMQ socket elsewhere aborts the process. */
export class RawReceiver {
  private readonly socket: Subscriber | Pull;
  private openAddress: string | null = null;
  /** ZeroMQ cannot take a receive back, so one that outlives its caller is kept for the next. */
  private isReceiving = false;
  private arrived: Outcome | null = null;
  private waiter: ((outcome: Outcome | null) => void) | null = null;
  private lastYield = 0;

  constructor(private readonly options: RawReceiverOptions) {
    const { mode = 'SUB', highWaterMark = 100, maximumPartSize = DEFAULT_MAXIMUM_PART } = options;
    const socketOptions = {
      ...TRANSPORT_OPTIONS,
      receiveHighWaterMark: highWaterMark,
      linger: 0,
      maxMessageSize: maximumPartSize,
    };
    this.socket = mode === 'SUB' ? new Subscriber(socketOptions) : new Pull(socketOptions);
  }

  /** Connects (default) or binds. @throws CamServerError `Unable to <connect|bind> to <address>` */
  async open(): Promise<void> {
    if (this.socket instanceof Subscriber) this.socket.subscribe();
    this.openAddress = await attach(this.socket, this.options.address, this.options.attachment ?? 'connect');
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.openAddress ?? this.options.address;
  }

  /** True after `close`. */
  get closed(): boolean {
    return this.socket.closed;
  }

  /**
   * The parts of the next message. After a time-out or an abort nothing is lost: what arrives later is given to the next call.
   * @returns null after the receive time-out, when `signal` aborts, and when the receiver is closed
   * @throws CamServerError when another call is waiting
   */
  async receive(signal?: AbortSignal): Promise<Buffer[] | null> {
    if (performance.now() - this.lastYield > TIME_WITHOUT_YIELD) await this.yieldToEvents();
    if (this.waiter !== null) {
      throw new CamServerError('RECEIVER_BUSY', `The receiver of ${this.address} is already waiting`);
    }
    if (signal?.aborted === true) return null;
    const outcome = this.takeArrived() ?? (this.closed ? null : await this.next(signal));
    if (outcome === null) return null;
    if ('error' in outcome) throw outcome.error;
    return outcome.parts;
  }

  /** Closes the socket; a pending `receive` gives null. */
  close(): void {
    if (!this.socket.closed) this.socket.close();
    this.waiter?.(null);
  }

  private async yieldToEvents(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
  }

  private takeArrived(): Outcome | null {
    const outcome = this.arrived;
    this.arrived = null;
    return outcome;
  }

  private next(signal: AbortSignal | undefined): Promise<Outcome | null> {
    const { receiveTimeout = 0 } = this.options;
    return new Promise((resolve) => {
      const finish = (outcome: Outcome | null): void => {
        this.waiter = null;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(outcome);
      };
      const onAbort = (): void => finish(null);
      const timer = receiveTimeout > 0 ? setTimeout(finish, receiveTimeout, null) : undefined;
      signal?.addEventListener('abort', onAbort);
      this.waiter = finish;
      if (!this.isReceiving) this.startReceiving();
    });
  }

  private startReceiving(): void {
    this.isReceiving = true;
    this.socket.receive().then(
      (parts) => this.deliver({ parts }),
      (error) => {
        if (this.socket.closed) this.isReceiving = false;
        else this.deliver({ error });
      },
    );
  }

  private deliver(outcome: Outcome): void {
    this.isReceiving = false;
    if (this.waiter !== null) this.waiter(outcome);
    else this.arrived = outcome;
  }
}
