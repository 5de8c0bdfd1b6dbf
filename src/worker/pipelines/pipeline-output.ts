/**
 * The output that pipelines share: sink, header strategy, checks, buffer in front of the sender, records, and the end when
 * nobody listens.
 */
import { NoClientTimer } from '../../bsread/index.js';
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy, numberOf } from '../../common/leniency.js';
import type { InstanceContext, InstanceLog } from '../../instances/types.js';
import { createHeaderStrategy, readHeaderMode } from '../../streaming/header-strategy.js';
import { answerViewers, MessageTap } from '../../streaming/live-view/index.js';
import { createOutput, type Output, type OutputMessage } from '../../streaming/output.js';
import { SendBuffer } from '../../streaming/send-buffer.js';
import { createSendChecks } from '../../streaming/send-checks.js';
import { openSink, readCompression, type Sink } from '../../streaming/sinks/index.js';
import type { Ending } from './ending.js';

/** Seconds, of configurations that do not say. */
const DEFAULT_NO_CLIENT_TIMEOUT = 10;

export interface PipelineOutputOptions {
  /** Of the start; most of what concerns the output cannot be changed later. */
  readonly parameters: JsonObject;
  /** To bind. */
  readonly port: number;
  readonly context: Pick<InstanceContext, 'counters' | 'log' | 'onConfig' | 'onRequest'>;
  readonly ending: Ending;
  /** Whether a message waits while a file has no room for it: when there is no stream that would stand still. */
  readonly waitsForFile?: boolean;
}

export interface PipelineOutput {
  readonly address: string;
  /** Sends or buffers a message; its ticket is ended in any case, and the pipeline as well when it has to. */
  send(message: Omit<OutputMessage, 'records'>, parameters: JsonObject): Promise<void>;
  /** Resolves when the buffer is empty. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** @throws CamServerError when the sink cannot be opened */
export async function openPipelineOutput(options: PipelineOutputOptions): Promise<PipelineOutput> {
  const { parameters, port, context, ending, waitsForFile = false } = options;
  const { counters, log } = context;
  const strategy = createHeaderStrategy({
    mode: readHeaderMode(parameters.create_header),
    allowTypeChanges: isTruthy(parameters.allow_type_changes ?? true),
    allowShapeChanges: isTruthy(parameters.allow_shape_changes ?? true),
    compression: readCompression(parameters.data_compression, 'Data compression'),
  });
  const fail = (error: unknown): void => {
    log.error(`Exception in the sender: ${errorText(error)}.`);
    ending.end(2);
  };
  const sink = await openSink(parameters, { port, stop: ending.signal, waitsForFile, failed: fail });
  const tap = new MessageTap();
  const timer = watchUse(sink, tap, options);
  answerViewers(context, tap);
  const output = createOutput({
    sink,
    tap,
    checks: createSendChecks(parameters),
    strategy,
    headerChanged: () => {
      counters.headerChanges += 1;
    },
  });
  const send = (message: OutputMessage): Promise<void> => sendOrEnd(output, message, { log, ending, fail });
  const bufferSize = countOf(parameters.buffer_size);
  const buffer =
    bufferSize > 0
      ? new SendBuffer<OutputMessage>({
          size: bufferSize,
          send,
          dropped: ({ ticket }, reason) => ticket.drop(reason),
        })
      : null;
  const countsRecords = countOf(parameters.records) > 0;
  return {
    address: sink.address,
    async send(message, present) {
      const complete = { ...message, records: countsRecords ? countOf(present.records) : 0 };
      if (buffer === null) await send(complete);
      else buffer.push(complete);
    },
    async drain() {
      await buffer?.drain();
    },
    async close() {
      timer?.stop();
      await buffer?.stop();
      counters.clients = 0;
      await sink.close();
    },
  };
}

async function sendOrEnd(
  output: Output,
  message: OutputMessage,
  { log, ending, fail }: { log: InstanceLog; ending: Ending; fail(error: unknown): void },
): Promise<void> {
  if (ending.code !== null) {
    message.ticket.drop('stopped');
    return;
  }
  try {
    if ((await output(message)) !== 'completed') return;
    log.info(`Reached number of records: ${message.records}`);
    ending.end(0);
  } catch (error) {
    fail(error);
  }
}

/** Keeps the number of clients up to date, and ends the pipeline when it has had neither clients nor viewers for too long. */
function watchUse(
  sink: Sink,
  tap: MessageTap,
  { parameters, context, ending }: PipelineOutputOptions,
): NoClientTimer | null {
  if (sink.clients === null) return null;
  const timeoutOf = (config: JsonObject): number =>
    numberOf(config.no_client_timeout) ?? DEFAULT_NO_CLIENT_TIMEOUT;
  let timeout = timeoutOf(parameters);
  const unusedSince = (): number | null => {
    context.counters.clients = sink.clients ?? 0;
    return tap.unusedSince(sink.idleSince);
  };
  const timer = new NoClientTimer(unusedSince, timeout, () => {
    context.log.info(`No client connected to the pipeline stream for ${timeout} seconds. Closing instance.`);
    ending.end(0);
  });
  // a manager says so when an instance that runs already is to be kept running
  context.onConfig((config) => {
    timeout = timeoutOf(config);
    timer.setTimeout(timeout);
  });
  return timer;
}

function countOf(value: JsonObject[string] | undefined): number {
  return Math.max(0, Math.trunc(numberOf(value) ?? 0));
}
