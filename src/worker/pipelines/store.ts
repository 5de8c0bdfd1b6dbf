/**
 * The pipeline type `store`: the images of a camera under the name that the data buffer knows, `<camera>:FPICTURE`.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import { CamClient } from '../../client/index.js';
import { type JsonObject, mergeObjects } from '../../common/json.js';
import { lenientInteger } from '../../common/leniency.js';
import { timestampNow } from '../../common/values.js';
import type { InstanceContext } from '../../instances/types.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import { takeValue } from '../../streaming/received-values.js';
import { openCameraMessages } from './camera-source.js';
import { type MessagePipeline, runMessagePipeline } from './message-pipeline.js';
import { prepareParameters } from './parameters.js';
import { messageSettings } from './settings.js';

/** The data buffer expects exactly this output; the configuration cannot change it. */
const FIXED_OUTPUT: JsonObject = {
  ...{ mode: 'PUSH', block: false, queue_size: 10, output_stream: null, buffer_size: null },
  ...{ data_compression: null, data_header_compression: null, include: null, exclude: null },
};

/** Runs a pipeline of type `store` until it ends. @returns the exit code */
export function runStore(context: InstanceContext): Promise<number> {
  const { log } = context;
  return runMessagePipeline(context, {
    prepareParameters: (config, options) =>
      prepareParameters(mergeObjects(config, FIXED_OUTPUT), options, 'PUSH'),
    openSource: ({ parameters, options }) =>
      openCameraMessages(new CamClient(options.camera_server), String(parameters.camera_name), log),
    run: storeImages,
  });
}

/** Forwards every `modulo`-th receive; one that timed out counts as well. */
async function storeImages(pipeline: MessagePipeline): Promise<void> {
  const { source, account, ending, parameters } = pipeline;
  const forward = createForward(pipeline);
  const modulo = lenientInteger(parameters.modulo, 1, 1);
  for (let count = 1; ending.code === null; count += 1) {
    const message = await source.receive();
    if (message === null) continue;
    const ticket = account.receive(message.size, message.pulseId);
    if (ending.code === null && count % modulo === 0) {
      await forward(message, ticket);
    } else {
      message.release();
      ticket.drop(ending.code === null ? 'modulo' : 'stopped');
    }
  }
}

function createForward({ parameters, options, output }: MessagePipeline) {
  const { selection } = messageSettings(parameters, options);
  const channel = `${parameters.camera_name}:FPICTURE`;
  return async (message: ReceivedMessage, ticket: FrameTicket): Promise<void> => {
    const { pulseId } = message;
    const timestamp = message.timestamp ?? timestampNow();
    const image = message.channel('image');
    const value = image === undefined ? null : takeValue(image);
    message.release();
    if (value === null) ticket.drop('empty_image');
    else
      await output.send(
        { ticket, pulseId, timestamp, values: new Map([[channel, value]]), selection },
        parameters,
      );
  };
}
