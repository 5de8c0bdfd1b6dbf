/**
 * From the result of a function to the sink: selection, checks, header strategy, send, count of records.
 */
import type { ChannelValues, Timestamp } from '../common/values.js';
import type { FrameTicket } from './accounting.js';
import type { HeaderStrategy } from './header-strategy.js';
import type { MessageTap } from './live-view/index.js';
import type { Selection } from './selection.js';
import type { SendChecks } from './send-checks.js';
import type { Sink } from './sinks/sink.js';

/** What is to be sent. */
export interface OutputMessage {
  readonly ticket: FrameTicket;
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  readonly values: ChannelValues;
  /** `include` and `exclude` of the moment at which the message came. */
  readonly selection: Selection;
  /** Number of messages after which the pipeline ends; 0: none. */
  readonly records: number;
}

export interface OutputOptions {
  readonly sink: Sink;
  readonly checks: SendChecks;
  readonly strategy: HeaderStrategy;
  /** Lets people look at what is sent. */
  readonly tap: MessageTap;
  headerChanged(): void;
}

/** `completed`: the number of records is reached. */
export type SendOutcome = 'sent' | 'dropped' | 'completed';

export type Output = (message: OutputMessage) => Promise<SendOutcome>;

/** Sends messages one at a time, in the order of the calls; every ticket is ended, also when the sink fails. */
export function createOutput(options: OutputOptions): Output {
  const { sink, checks, strategy, tap } = options;
  let sent = 0;
  return async ({ ticket, pulseId, timestamp, values, selection, records }) => {
    const refusal = checks.refuse(pulseId, timestamp);
    if (refusal !== null) {
      ticket.drop(refusal);
      return 'dropped';
    }
    const message = strategy(selection(values));
    if (message === null) {
      ticket.drop('empty_message');
      return 'dropped';
    }
    if (message.newHeader) options.headerChanged();
    if (tap.isWanted) tap.observe({ pulseId, timestamp, ...message });
    try {
      if (!(await sink.send(message, pulseId, timestamp))) {
        ticket.drop('not_delivered');
        return 'dropped';
      }
    } catch (error) {
      ticket.drop('error');
      throw error;
    }
    checks.sent(pulseId, timestamp);
    ticket.sent();
    sent += 1;
    return records > 0 && sent >= records ? 'completed' : 'sent';
  };
}
