/**
 * Receives bsread messages over ZeroMQ. Whole messages only; what is broken is dropped, counted and never disturbs the next.
 */
import { Pull, Subscriber } from 'zeromq';
import { CamServerError } from '../common/errors.js';
import { MessageDecoder } from './message.js';
import type { Attachment, ReceivedMessage, ReceiverStatistics } from './types.js';

export interface ReceiverOptions {
  /** `tcp://host:port` or `ipc://path`. */
  readonly address: string;
  /** Default SUB. SUB receives everything; PULL shares the messages of a PUSH source with its other readers. */
  readonly mode?: 'SUB' | 'PULL';
  /** Default connect. */
  readonly attachment?: Attachment;
  /** Messages that may wait to be received; default 100. */
  readonly highWaterMark?: number;
  /** Milliseconds; default 0: wait for ever. */
  readonly receiveTimeout?: number;
  /** Bytes of the largest part that is accepted; a peer that sends more is disconnected. Default 256 MiB. */
  readonly maximumPartSize?: number;
  /** Called with a text for each dropped message and each value that cannot be decoded. */
  readonly onWarning?: (text: string) => void;
}

const DEFAULT_MAXIMUM_PART = 256 * 1024 * 1024;
const HEARTBEAT_INTERVAL = 5000;
const HEARTBEAT_TIMEOUT = 30_000;

export class Receiver {
  private readonly socket: Subscriber | Pull;
  private readonly decoder: MessageDecoder;
  private totalBytesReceived = 0;
  private messagesReceived = 0;
  private messagesDropped = 0;
  private boundAddress: string | null = null;

  constructor(private readonly options: ReceiverOptions) {
    const { mode = 'SUB', highWaterMark = 100, receiveTimeout = 0, onWarning = () => {} } = options;
    const common = {
      receiveHighWaterMark: highWaterMark,
      receiveTimeout: receiveTimeout > 0 ? receiveTimeout : -1,
      linger: 0,
      maxMessageSize: options.maximumPartSize ?? DEFAULT_MAXIMUM_PART,
      heartbeatInterval: HEARTBEAT_INTERVAL,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      // after a restart of the source, data flows again within this time
      reconnectInterval: 100,
      reconnectMaxInterval: 1000,
    };
    this.socket = mode === 'SUB' ? new Subscriber(common) : new Pull(common);
    this.decoder = new MessageDecoder(onWarning);
  }

  /** Connects or binds. @throws CamServerError `Unable to <connect|bind> to <address>` */
  async open(): Promise<void> {
    const { address, attachment = 'connect' } = this.options;
    try {
      if (attachment === 'bind') await this.socket.bind(address);
      else this.socket.connect(address);
      if (this.socket instanceof Subscriber) this.socket.subscribe();
    } catch (error) {
      throw new CamServerError('UNABLE_TO_OPEN', `Unable to ${attachment} to ${address}`, { cause: error });
    }
    this.boundAddress = this.socket.lastEndpoint;
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.boundAddress ?? this.options.address;
  }

  get statistics(): ReceiverStatistics {
    return {
      totalBytesReceived: this.totalBytesReceived,
      messagesReceived: this.messagesReceived,
      messagesDropped: this.messagesDropped,
    };
  }

  /**
   * The next message.
   * @returns null after the receive time-out, for a dropped message, and when the receiver is closed meanwhile
   */
  async receive(): Promise<ReceivedMessage | null> {
    if (this.socket.closed) return null;
    let parts: Uint8Array[];
    try {
      parts = await this.socket.receive();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN' || this.socket.closed) return null;
      throw error;
    }
    try {
      const message = this.decoder.decode(parts);
      this.totalBytesReceived += message.size;
      this.messagesReceived += 1;
      return message;
    } catch (error) {
      this.messagesDropped += 1;
      this.options.onWarning?.(`Message dropped: ${(error as Error).message}`);
      return null;
    }
  }

  /** Closes the socket; a pending `receive` gives null. */
  close(): void {
    if (!this.socket.closed) this.socket.close();
  }
}
