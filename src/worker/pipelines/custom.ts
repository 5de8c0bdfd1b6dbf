/**
 * The pipeline type `custom`: no source; a function makes the messages.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { numberOf } from '../../common/leniency.js';
import { spanTime } from '../../common/traces/index.js';
import { timestampNow } from '../../common/values.js';
import type { InstanceContext } from '../../instances/types.js';
import { FrameAccount } from '../../streaming/accounting.js';
import { createSelection } from '../../streaming/selection.js';
import { UserCodeError } from '../../user-code/error.js';
import type { CustomResult } from '../../user-code/types.js';
import { createEnding, type Ending, endOnError } from './ending.js';
import { FunctionKeeper, prepareFunctionParameters } from './function-keeper.js';
import { type PipelineInstanceOptions, readPipelineInstanceOptions } from './options.js';
import { openPipelineOutput, type PipelineOutput } from './pipeline-output.js';
import { PreparedUpdates } from './prepared-updates.js';
import type { MessageSettings } from './settings.js';

/** Milliseconds without calls after one that failed, so that a function which always fails does not fill the log. */
const PAUSE_AFTER_FAILURE = 100;

/** Runs a pipeline of type `custom` until it ends. @returns the exit code */
export async function runCustom(context: InstanceContext): Promise<number> {
  const { log, stop } = context;
  const options = readPipelineInstanceOptions(context.options);
  const parameters = prepareFunctionParameters(context.config, options);
  const ending = createEnding(stop);
  const functions = new FunctionKeeper({ kind: 'custom', options, log, parallel: 1 });
  const prepared = await functions.prepare(parameters);
  functions.use(prepared);
  functions.requireFunction();
  const { settings } = prepared;
  const output = await openPipelineOutput({
    parameters,
    port: options.port,
    context,
    ending,
    waitsForFile: true,
  });
  ending.whenEnding(() => void functions.close());
  try {
    context.ready();
    await endOnError(() => generate({ context, options, ending, functions, output, settings }), ending, log);
  } finally {
    ending.end(0);
    await functions.close();
    await output.close();
  }
  return ending.code ?? 0;
}

interface CustomPipeline {
  readonly context: InstanceContext;
  readonly options: PipelineInstanceOptions;
  readonly ending: Ending;
  readonly functions: FunctionKeeper;
  readonly output: PipelineOutput;
  /** Of the start. */
  readonly settings: MessageSettings;
}

async function generate(pipeline: CustomPipeline): Promise<void> {
  const { context, ending, functions } = pipeline;
  const updates = new PreparedUpdates(context, ending, (config) =>
    functions.prepare(updatedParameters(config, pipeline)),
  );
  const send = createSend(pipeline);
  const period = periodOf(pipeline.settings.parameters);
  let { settings } = pipeline;
  for (let first = true; ending.code === null; first = false) {
    const change = updates.take();
    if (change !== null) {
      functions.use(change.prepared);
      settings = change.prepared.settings;
      context.log.info(`Configuration update: ${formatJson(change.config)}.`);
    }
    const started = performance.now();
    const since = spanTime();
    let isSent = false;
    try {
      isSent = await send(await functions.current.generate(first), since, settings);
    } catch (error) {
      if (ending.code !== null) return;
      logFailure(error, context);
      if (settings.policy.abortOnError) return ending.end(2);
      await pause(PAUSE_AFTER_FAILURE, ending);
    }
    const rest = isSent ? started + period - performance.now() : 0;
    await (rest > 0 ? pause(rest, ending) : setImmediate());
  }
}

/** The function stays the one of the start; other parameters reach it. */
function updatedParameters(config: JsonObject, { options, settings }: CustomPipeline): JsonObject {
  const parameters = prepareFunctionParameters(config, options);
  parameters.function = settings.parameters.function!;
  parameters.reload = false;
  return parameters;
}

/** Takes what the function made, and when it was called. @returns false when there is nothing to send */
function createSend({ context, output }: CustomPipeline) {
  const account = new FrameAccount(context.counters, context.tracer);
  let counter = 0n;
  const selection = createSelection(undefined, undefined);
  return async (result: CustomResult, since: number, { parameters }: MessageSettings): Promise<boolean> => {
    const { values, dataSize } = result;
    if (values === null || values.size === 0) {
      context.counters.bytesReceived += dataSize;
      return false;
    }
    const pulseId = result.pulseId ?? counter;
    counter = pulseId + 1n;
    const ticket = account.receive(dataSize, pulseId, since);
    const timestamp = result.timestamp ?? timestampNow();
    await output.send({ ticket, pulseId, timestamp, values, selection }, parameters);
    return true;
  };
}

function logFailure(error: unknown, { log }: InstanceContext): void {
  log.error(`Error in custom function: ${errorText(error)}.`);
  if (error instanceof UserCodeError && error.trace !== null) log.error(error.trace);
}

/** Milliseconds from message to message at least. */
function periodOf({ max_frame_rate }: JsonObject): number {
  const rate = numberOf(max_frame_rate) ?? 0;
  return rate > 0 ? 1000 / rate : 0;
}

async function pause(milliseconds: number, { signal }: Ending): Promise<void> {
  await sleep(Math.ceil(milliseconds), undefined, { signal }).catch(() => {});
}
