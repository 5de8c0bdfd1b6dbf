/**
 * Where pipelines of messages receive from: one stream, or two that are merged by pulse id.
 */
import type { ReceivedMessage, Source } from '../../bsread/index.js';
import type { JsonObject, JsonValue } from '../../common/json.js';
import { lenientInteger } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import type { FrameAccount } from '../../streaming/accounting.js';
import { StreamMerger } from './stream-merger.js';
import { openStreamSource, readAddress, readChannels, type StreamLocation } from './stream-source.js';

export interface MessageSource {
  /** The next message; null after the receive time-out, and when receiving was stopped. */
  receive(): Promise<ReceivedMessage | null>;
  /** Ends a pending receive. */
  stopReceiving(): void;
  /** Gives up the connections, and the streams that the dispatching layer made for them. */
  close(): Promise<void>;
}

export interface MessageSourceOptions {
  readonly parameters: JsonObject;
  /** fanin: workers connect to the pipeline. */
  readonly attachment: 'bind' | 'connect';
  /** Messages that find no partner are counted here. */
  readonly account: FrameAccount;
  readonly log: InstanceLog;
}

const QUEUE_SIZE = 100;

/**
 * Connects to the stream of `input_stream`, `bsread_address` and `bsread_channels`, and to the second stream if one of
 * `input_stream2`, `bsread_address2` and `bsread_channels2` is given.
 * @throws CamServerError
 */
export async function openMessageSource(options: MessageSourceOptions): Promise<MessageSource> {
  const { parameters, account, log } = options;
  warnOfStaleKeys(parameters, log);
  const second = locationOf(options, '2');
  const isMerging = second.address !== null || second.channels !== null;
  const first = await openStreamSource(locationOf(options, ''), parameters, log);
  if (!isMerging) return singleSource(first);
  try {
    return new StreamMerger({
      sources: [first, await openStreamSource(second, parameters, log)],
      bufferSize: lenientInteger(parameters.merge_buffer_size, 1, QUEUE_SIZE),
      receiveTimeout: positive(parameters.receive_timeout, 1000),
      account,
    });
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** A merged stream is never waited for without end, so 0 and less mean the default. */
function positive(value: JsonValue | undefined, fallback: number): number {
  const number = lenientInteger(value, 0, fallback);
  return number > 0 ? number : fallback;
}

/** With `input_stream` the channel list is of no interest. */
function locationOf({ parameters, attachment }: MessageSourceOptions, suffix: '' | '2'): StreamLocation {
  const inputStream = readAddress(parameters[`input_stream${suffix}`]);
  return {
    address: inputStream ?? readAddress(parameters[`bsread_address${suffix}`]),
    channels: inputStream === null ? readChannels(parameters[`bsread_channels${suffix}`]) : null,
    mode: parameters[`input_mode${suffix}`] ?? (attachment === 'bind' ? 'PULL' : 'SUB'),
    attachment,
    highWaterMark: lenientInteger(parameters.merge_queue_size, 1, QUEUE_SIZE),
  };
}

/** Old configurations hold keys that were never read; reading them now could break those that work. */
export function warnOfStaleKeys(parameters: JsonObject, log: InstanceLog): void {
  for (const [stale, read] of [
    ['bsread_mode', 'input_mode'],
    ['bsread_mode2', 'input_mode2'],
  ] as const) {
    if ((parameters[stale] ?? null) !== null) {
      log.warning(`The key '${stale}' has no effect; use '${read}'.`);
    }
  }
}

function singleSource(source: Source): MessageSource {
  return {
    receive: () => source.receiver.receive(),
    stopReceiving: () => source.receiver.close(),
    close: () => source.close(),
  };
}
