/**
 * The pipeline type `fanout`: messages of a camera or a stream, handed to workers in turn.
 */
import { CamClient } from '../../client/index.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceContext } from '../../instances/types.js';
import { openCameraMessages } from './camera-source.js';
import { runMessagePipeline } from './message-pipeline.js';
import { openMessageSource } from './message-source.js';
import { prepareParameters } from './parameters.js';
import { relayMessages } from './relay.js';

/** Runs a pipeline of type `fanout` until it ends. @returns the exit code */
export function runFanout(context: InstanceContext): Promise<number> {
  const { log } = context;
  return runMessagePipeline(context, {
    prepareParameters: (config, options) => prepareParameters(config, options, 'PUSH'),
    async openSource({ parameters, options, account }) {
      if (isTruthy(parameters.camera_name)) {
        return openCameraMessages(new CamClient(options.camera_server), String(parameters.camera_name), log);
      }
      return openMessageSource({ parameters, attachment: 'connect', account, log });
    },
    run: relayMessages,
  });
}
