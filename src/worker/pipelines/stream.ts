/**
 * The pipeline type `stream`: messages of one stream, or of two that are merged, turned into others by a function.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import { formatJson } from '../../common/json.js';
import type { ChannelValues } from '../../common/values.js';
import type { InstanceContext } from '../../instances/types.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import type { Outcome } from '../../streaming/ordered-queue.js';
import { failFrame } from './failure.js';
import { FunctionKeeper, type PreparedFunction, prepareFunctionParameters } from './function-keeper.js';
import { MessageExecution, type MessageInHand, threadsOf } from './message-execution.js';
import { type MessagePipeline, runMessagePipeline } from './message-pipeline.js';
import { openMessageSource } from './message-source.js';
import { PreparedUpdates } from './prepared-updates.js';
import { runReceiveLoop } from './receive-loop.js';
import { ReceiveStage } from './receive-stage.js';
import type { MessageSettings } from './settings.js';

/** Runs a pipeline of type `stream` until it ends. @returns the exit code */
export function runStream(context: InstanceContext): Promise<number> {
  const { log } = context;
  return runMessagePipeline(context, {
    prepareParameters: prepareFunctionParameters,
    openSource: ({ parameters, account }) =>
      openMessageSource({ parameters, attachment: 'connect', account, log }),
    run: processMessages,
  });
}

async function processMessages(pipeline: MessagePipeline): Promise<void> {
  const { context, options, parameters, account, ending, source, output } = pipeline;
  const { counters, log } = context;
  const parallel = Math.max(1, threadsOf(parameters));
  const functions = new FunctionKeeper({ kind: 'stream', options, log, parallel });
  const execution = new MessageExecution({
    parameters,
    currentFunction: () => functions.current,
    deliver: (inHand, outcome) => deliver(inHand, outcome, pipeline),
  });
  ending.whenEnding(() => {
    void execution.stop();
    void functions.close();
  });
  const stage = new ReceiveStage({ account, counters, log, isCamera: false });
  const use = (prepared: PreparedFunction): MessageSettings => {
    functions.use(prepared);
    stage.configure(prepared.settings.parameters, prepared.settings.policy);
    return prepared.settings;
  };
  let settings = use(await functions.prepare(parameters));
  const updates = new PreparedUpdates(context, ending, (config) =>
    functions.prepare(prepareFunctionParameters(config, options)),
  );
  const prepare = async (): Promise<void> => {
    const update = updates.take();
    if (update !== null) {
      await execution.idle();
      settings = use(update.prepared);
      log.info(`Configuration update: ${formatJson(update.config)}.`);
    }
    functions.requireFunction();
  };
  const take = async (message: ReceivedMessage, ticket: FrameTicket): Promise<void> => {
    if (settings.rateLimiter(performance.now())) return execution.push(message, ticket, settings);
    message.release();
    ticket.drop('max_frame_rate');
  };
  const receive = () => source.receive();
  const drain = async (): Promise<void> => {
    await execution.idle();
    await output.drain();
  };
  try {
    await runReceiveLoop({ stage, ending, log, prepare, receive, take, drain });
  } finally {
    ending.end(2);
    await updates.settled();
    await Promise.all([execution.stop(), functions.close()]);
  }
}

async function deliver(
  { ticket, pulseId, timestamp, settings }: MessageInHand,
  outcome: Outcome<ChannelValues | null>,
  { context, ending, output }: MessagePipeline,
): Promise<void> {
  const { policy, selection, parameters } = settings;
  if (!outcome.ok) {
    failFrame({ pulseId, ticket, error: outcome.error, policy }, { log: context.log, ending });
  } else if (outcome.result === null) {
    ticket.drop('null_result');
  } else {
    await output.send({ ticket, pulseId, timestamp, values: outcome.result, selection }, parameters);
  }
}
