/**
 * What a pipeline script gets to work with (`pipeline_type` `script`):
 *
 *     export async function run(pipeline) {
 *       const output = await pipeline.openOutput();
 *       for await (const { data, pulseId, timestamp } of pipeline.messages()) {
 *         await output.send({ sum: data.a + data.b }, { pulseId, timestamp });
 *       }
 *     }
 */
import { CamClient } from '../../client/index.js';
import { type JsonObject, mergeObjects } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import { spanTime } from '../../common/traces/index.js';
import {
  type ChannelValue,
  type Timestamp,
  timestampFromSeconds,
  timestampNow,
} from '../../common/values.js';
import type { InstanceContext, InstanceLog } from '../../instances/types.js';
import type { FrameTime } from '../../processing/index.js';
import { FrameAccount, type FrameCounters } from '../../streaming/accounting.js';
import { takeValues } from '../../streaming/received-values.js';
import { toChannelValues } from '../../user-code/javascript/values.js';
import { openCameraMessages } from './camera-source.js';
import type { Ending } from './ending.js';
import { type MessageSource, openMessageSource } from './message-source.js';
import type { PipelineInstanceOptions } from './options.js';
import { prepareParameters } from './parameters.js';
import { openPipelineOutput } from './pipeline-output.js';
import { messageSettings } from './settings.js';

/** A message of a camera or a stream; its arrays are the script's. */
export interface PipelineMessage {
  readonly pulseId: number;
  readonly timestamp: FrameTime;
  readonly data: Record<string, ChannelValue>;
}

export interface ScriptOutput {
  /** Where it is bound or connected, or the path of the file. */
  readonly address: string;
  /**
   * Sends channels: numbers, bigints, booleans, texts, typed arrays, ndarrays, lists of numbers, null. Arrays must not be changed
   * afterwards. Without a pulse id messages are counted from 0, without a time it is now.
   * @throws TypeError for a value that cannot be sent
   */
  send(
    channels: object,
    about?: { readonly pulseId?: number | bigint; readonly timestamp?: FrameTime | number },
  ): Promise<void>;
}

export interface ScriptPipeline {
  /** The newest configuration. */
  readonly config: JsonObject;
  /** The port of the instance; `openOutput` binds it. */
  readonly port: number;
  /** Base address of the camera server. */
  readonly cameraServer: string;
  /** Aborted when the pipeline shall end; `run` should return soon then. */
  readonly signal: AbortSignal;
  readonly log: InstanceLog;
  /** Called with each new complete configuration. */
  onConfig(listener: (config: JsonObject) => void): void;
  /** Tells the server that the pipeline works; `openOutput` does so as well. */
  ready(): void;
  /**
   * Messages until the pipeline ends.
   * @param source keys of a configuration: `camera_name`, or those of a stream; default the configuration of the pipeline
   */
  messages(source?: JsonObject): AsyncGenerator<PipelineMessage, void, void>;
  /**
   * Binds the port, or what else the configuration says about outputs.
   * @param keys that are different
   */
  openOutput(keys?: JsonObject): Promise<ScriptOutput>;
}

export interface OpenedScriptPipeline {
  readonly pipeline: ScriptPipeline;
  /** Closes what the script has opened. */
  close(): Promise<void>;
}

export function openScriptPipeline(
  context: InstanceContext,
  options: PipelineInstanceOptions,
  ending: Ending,
): OpenedScriptPipeline {
  const { log } = context;
  const closing: (() => Promise<void>)[] = [];
  const listeners: ((config: JsonObject) => void)[] = [];
  const newest: Newest = { pulseId: null, time: 0 };
  let { config } = context;
  context.onConfig((changed) => {
    config = changed;
    for (const listener of listeners) listener(changed);
  });
  const pipeline: ScriptPipeline = {
    get config() {
      return config;
    },
    port: options.port,
    cameraServer: options.camera_server,
    signal: ending.signal,
    log,
    onConfig: (listener) => void listeners.push(listener),
    ready: () => context.ready(),
    messages: (source = config) => receiveAll(source, { context, options, ending, newest }),
    async openOutput(keys = {}) {
      const surroundings = { context, options, ending, newest };
      const { output, close } = await openOutput(mergeObjects(config, keys), surroundings);
      closing.push(close);
      context.ready();
      return output;
    },
  };
  return {
    pipeline,
    async close() {
      for (const close of closing) await close();
    },
  };
}

/** The message that the script got last, and when: the spans of what it sends for the same pulse begin there. */
interface Newest {
  pulseId: bigint | null;
  time: number;
}

interface Surroundings {
  readonly context: InstanceContext;
  readonly options: PipelineInstanceOptions;
  readonly ending: Ending;
  readonly newest: Newest;
}

async function* receiveAll(
  config: JsonObject,
  { context, options, ending, newest }: Surroundings,
): AsyncGenerator<PipelineMessage, void, void> {
  const { counters, log } = context;
  const source = await openSource(config, options, new FrameAccount(counters), log);
  ending.whenEnding(() => source.stopReceiving());
  try {
    while (ending.code === null) {
      const message = await source.receive();
      if (message === null) continue;
      counters.received += 1;
      counters.bytesReceived += message.size;
      const { pulseId, timestamp } = message;
      newest.pulseId = pulseId;
      newest.time = spanTime();
      const values = takeValues(message);
      message.release();
      yield {
        pulseId: Number(pulseId),
        timestamp: frameTime(timestamp ?? timestampNow()),
        data: Object.fromEntries(values),
      };
    }
  } finally {
    await source.close();
  }
}

function openSource(
  parameters: JsonObject,
  options: PipelineInstanceOptions,
  account: FrameAccount,
  log: InstanceLog,
): Promise<MessageSource> {
  if (isTruthy(parameters.camera_name) && !isTruthy(parameters.input_stream)) {
    return openCameraMessages(new CamClient(options.camera_server), String(parameters.camera_name), log);
  }
  return openMessageSource({ parameters, attachment: 'connect', account, log });
}

async function openOutput(
  config: JsonObject,
  { context, options, ending, newest }: Surroundings,
): Promise<{ output: ScriptOutput; close(): Promise<void> }> {
  const parameters = prepareParameters(config, options, 'PUB');
  const { selection } = messageSettings(parameters, options);
  const opened = await openPipelineOutput({ parameters, port: options.port, context, ending });
  const account = new FrameAccount(sendCounters(context.counters), context.tracer);
  let next = 0n;
  return {
    output: {
      address: opened.address,
      async send(channels, about = {}) {
        const values = toChannelValues(channels);
        if (values === null) return;
        const pulseId = about.pulseId === undefined ? next : BigInt(about.pulseId);
        next = pulseId + 1n;
        const timestamp = about.timestamp === undefined ? timestampNow() : readTime(about.timestamp);
        const ticket = account.receive(0, pulseId, pulseId === newest.pulseId ? newest.time : undefined);
        await opened.send({ ticket, pulseId, timestamp, values, selection }, parameters);
      },
    },
    close: () => opened.close(),
  };
}

/** A script may send more or fewer messages than it receives, so what it sends does not count as received. */
function sendCounters(counters: FrameCounters): FrameCounters {
  return {
    received: 0,
    bytesReceived: 0,
    dropped: counters.dropped,
    get sent() {
      return counters.sent;
    },
    set sent(count) {
      counters.sent = count;
    },
  };
}

function frameTime({ seconds, nanoseconds }: Timestamp): FrameTime {
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
}

function readTime(time: FrameTime | number): Timestamp {
  if (typeof time === 'number') return timestampFromSeconds(time);
  return { seconds: BigInt(time.seconds), nanoseconds: BigInt(time.nanoseconds) };
}
