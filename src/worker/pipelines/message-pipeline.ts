/**
 * The course of pipelines that receive messages and send messages: the output first, then the source, then the loop; at the
 * end the other way round.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import type { InstanceContext } from '../../instances/types.js';
import { FrameAccount } from '../../streaming/accounting.js';
import { createEnding, type Ending, endOnError } from './ending.js';
import type { MessageSource } from './message-source.js';
import { type PipelineInstanceOptions, readPipelineInstanceOptions } from './options.js';
import { openPipelineOutput, type PipelineOutput } from './pipeline-output.js';

/** What a pipeline has while it works. */
export interface MessagePipeline {
  readonly context: InstanceContext;
  readonly options: PipelineInstanceOptions;
  /** Of the start, with the run-time keys. */
  readonly parameters: JsonObject;
  readonly account: FrameAccount;
  readonly ending: Ending;
  readonly source: MessageSource;
  readonly output: PipelineOutput;
}

export interface MessagePipelineProgram {
  prepareParameters(config: JsonObject, options: PipelineInstanceOptions): JsonObject;
  openSource(pipeline: Omit<MessagePipeline, 'source' | 'output'>): Promise<MessageSource>;
  /** Works until `ending` has a code. */
  run(pipeline: MessagePipeline): Promise<void>;
}

/**
 * Runs a pipeline until it ends.
 * @returns the exit code
 * @throws CamServerError when it cannot start
 */
export async function runMessagePipeline(
  context: InstanceContext,
  program: MessagePipelineProgram,
): Promise<number> {
  const { counters, log, stop, tracer } = context;
  const options = readPipelineInstanceOptions(context.options);
  const parameters = program.prepareParameters(context.config, options);
  const ending = createEnding(stop);
  const start = { context, options, parameters, ending, account: new FrameAccount(counters, tracer) };
  const output = await openPipelineOutput({ parameters, port: options.port, context, ending });
  try {
    const source = await program.openSource(start);
    try {
      ending.whenEnding(() => source.stopReceiving());
      context.ready();
      await endOnError(() => program.run({ ...start, source, output }), ending, log);
    } finally {
      await source.close().catch((error) => log.warning(errorText(error)));
    }
  } finally {
    ending.end(0);
    await output.close();
  }
  return ending.code ?? 0;
}
