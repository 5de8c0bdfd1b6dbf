/**
 * The pipeline type `fanin`: messages of several workers, which connect to it, as one stream.
 */
import type { InstanceContext } from '../../instances/types.js';
import { runMessagePipeline } from './message-pipeline.js';
import { openMessageSource } from './message-source.js';
import { prepareParameters } from './parameters.js';
import { relayMessages } from './relay.js';

/** Runs a pipeline of type `fanin` until it ends. @returns the exit code */
export function runFanin(context: InstanceContext): Promise<number> {
  const { log } = context;
  return runMessagePipeline(context, {
    prepareParameters: (config, options) => prepareParameters(config, options, 'PUB'),
    openSource: ({ parameters, account }) =>
      openMessageSource({ parameters, attachment: 'bind', account, log }),
    run: relayMessages,
  });
}
