/**
 * Calls the function of a pipeline of type `stream` for each message: one after the other, or several at a time with
 * `processing_threads`. Results are delivered in the order of the messages.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import type { JsonObject } from '../../common/json.js';
import { lenientInteger } from '../../common/leniency.js';
import { type ChannelValues, type Timestamp, timestampNow } from '../../common/values.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import { OrderedQueue, type Outcome } from '../../streaming/ordered-queue.js';
import { takeValues, viewValues } from '../../streaming/received-values.js';
import type { MessageFunction } from '../functions/message-function.js';
import type { MessageSettings } from './settings.js';

/** A message and the settings of the moment at which it came. */
export interface MessageInHand {
  readonly message: ReceivedMessage;
  readonly ticket: FrameTicket;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly settings: MessageSettings;
}

export interface MessageExecutionOptions {
  /** Of the start: `processing_threads`, `thread_buffer_size`, `send_buffer_size`. */
  readonly parameters: JsonObject;
  /** The function of the moment. */
  currentFunction(): MessageFunction;
  /** Called in the order of the messages, one at a time; ends the ticket. Must not reject. */
  deliver(inHand: MessageInHand, outcome: Outcome<ChannelValues | null>): Promise<void>;
}

export class MessageExecution {
  readonly #queue: OrderedQueue<MessageInHand, ChannelValues | null> | null;

  constructor(private readonly options: MessageExecutionOptions) {
    const threads = threadsOf(options.parameters);
    this.#queue = threads === 0 ? null : this.createQueue(threads);
  }

  /** Resolves when the message is delivered, or taken over with `processing_threads`. */
  async push(message: ReceivedMessage, ticket: FrameTicket, settings: MessageSettings): Promise<void> {
    const { pulseId } = message;
    const inHand = { message, ticket, settings, pulseId, timestamp: message.timestamp ?? timestampNow() };
    if (this.#queue !== null) {
      this.#queue.push(inHand);
      return;
    }
    let outcome: Outcome<ChannelValues | null>;
    try {
      outcome = { ok: true, result: await this.call(inHand) };
    } catch (error) {
      outcome = { ok: false, error };
    }
    await this.options.deliver(inHand, outcome);
  }

  /** Resolves when every message has been delivered. */
  async idle(): Promise<void> {
    await this.#queue?.idle();
  }

  /** Drops what waits; resolves when what the function works on is delivered. */
  async stop(): Promise<void> {
    this.#queue?.stop();
    await this.idle();
  }

  private createQueue(threads: number) {
    const { thread_buffer_size, send_buffer_size } = this.options.parameters;
    return new OrderedQueue<MessageInHand, ChannelValues | null>({
      parallel: threads,
      waiting: threads * lenientInteger(thread_buffer_size, 1, 20),
      finished: lenientInteger(send_buffer_size, 1, 40),
      work: (inHand) => this.call(inHand),
      deliver: (inHand, outcome) => this.options.deliver(inHand, outcome),
      dropped: ({ message, ticket }, reason) => {
        if (reason !== 'reorder') message.release();
        ticket.drop(reason);
      },
      // the message was released when the function had read it
      abandoned: () => {},
    });
  }

  private async call({ message, pulseId, timestamp }: MessageInHand): Promise<ChannelValues | null> {
    const called = this.options.currentFunction();
    try {
      const values = called.keepsValues ? takeValues(message) : viewValues(message);
      return called.process({ pulseId, timestamp, values });
    } finally {
      message.release();
    }
  }
}

/** Calls at the same time; 0: the next message is received when the last one is sent. */
export function threadsOf(parameters: JsonObject): number {
  return lenientInteger(parameters.processing_threads, 0, 0);
}
