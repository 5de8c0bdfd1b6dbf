/**
 * What fanout and fanin have in common: messages are passed on as they are, apart from the selection of channels, and brought
 * into order by `pid_buffer`.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import { lenientInteger } from '../../common/leniency.js';
import { timestampNow } from '../../common/values.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import type { OutputMessage } from '../../streaming/output.js';
import { PulseIdBuffer } from '../../streaming/pulse-id-buffer.js';
import { takeValues } from '../../streaming/received-values.js';
import type { MessagePipeline } from './message-pipeline.js';
import { runReceiveLoop } from './receive-loop.js';
import { ReceiveStage } from './receive-stage.js';
import { messageSettings } from './settings.js';

type PendingMessage = Omit<OutputMessage, 'records'>;

/** Passes messages on until the pipeline ends; what `pid_buffer` still holds back then is dropped. */
export async function relayMessages(pipeline: MessagePipeline): Promise<void> {
  const { context, options, parameters, account, ending, source, output } = pipeline;
  const { counters, log } = context;
  const { policy, selection, selects } = messageSettings(parameters, options);
  const stage = new ReceiveStage({ account, counters, log, isCamera: false });
  stage.configure(parameters, policy);
  const buffer = new PulseIdBuffer<PendingMessage>(lenientInteger(parameters.pid_buffer, 0, 0));
  const take = async (message: ReceivedMessage, ticket: FrameTicket): Promise<void> => {
    const { pulseId } = message;
    const timestamp = message.timestamp ?? timestampNow();
    const values = takeValues(message, selects);
    message.release();
    const next = buffer.push(pulseId, { ticket, pulseId, timestamp, values, selection });
    if (next !== null) await output.send(next, parameters);
  };
  const receive = () => source.receive();
  const drain = () => output.drain();
  try {
    await runReceiveLoop({ stage, ending, log, receive, take, drain });
  } finally {
    for (const { ticket } of buffer.clear()) ticket.drop('stopped');
  }
}
