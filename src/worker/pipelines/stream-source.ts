/**
 * The connection of a pipeline to a bsread stream: at an address, or put together by the dispatching layer.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  type ChannelRequest,
  openSource,
  parseStreamAddress,
  Receiver,
  type Source,
} from '../../bsread/index.js';
import { type JsonObject, type JsonValue, parseJson } from '../../common/json.js';
import { isJsonObject, isTruthy, numberOf } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';

/** Where a pipeline looks for its stream. */
export interface StreamLocation {
  /** Null: the dispatching layer is asked for `channels`. */
  readonly address: string | null;
  /** Null: the stream as it is. */
  readonly channels: readonly (string | ChannelRequest)[] | null;
  /** `input_mode` or `input_mode2`. */
  readonly mode: JsonValue | undefined;
  /** Default connect. */
  readonly attachment?: 'bind' | 'connect';
  /** Messages that may wait to be received; default 100. */
  readonly highWaterMark?: number;
}

const DEFAULT_RECEIVE_TIMEOUT = 1000;
const HIGH_WATER_MARK = 100;

/**
 * `bsread_channels`: a list of names and of objects `{name, modulo, offset}`, or such a list as JSON text; null when empty.
 */
export function readChannels(value: JsonValue | undefined): (string | ChannelRequest)[] | null {
  const list = typeof value === 'string' && value !== '' ? parseJson(value) : value;
  if (!Array.isArray(list) || list.length === 0) return null;
  return list.map((item) => {
    if (!isJsonObject(item)) return String(item);
    const { name, modulo, offset } = item;
    return {
      name: String(name),
      ...(typeof modulo === 'number' && { modulo }),
      ...(typeof offset === 'number' && { offset }),
    };
  });
}

/**
 * Connects.
 * @param parameters `receive_timeout` and the keys of the dispatcher
 * @throws CamServerError when there is neither address nor channels, or the connection cannot be made
 */
export async function openStreamSource(
  { address, channels, mode, attachment = 'connect', highWaterMark = HIGH_WATER_MARK }: StreamLocation,
  parameters: JsonObject,
  log: InstanceLog,
): Promise<Source> {
  const receiver = {
    highWaterMark,
    receiveTimeout:
      numberOf(parameters.receive_timeout ?? DEFAULT_RECEIVE_TIMEOUT) ?? DEFAULT_RECEIVE_TIMEOUT,
    onWarning: (text: string) => log.warning(text),
  };
  if (address === null) {
    return openSource({
      ...receiver,
      channels: channels ?? [],
      mode: mode === 'PULL' ? 'PULL' : 'SUB',
      dispatcherUrl: isTruthy(parameters.dispatcher_url) ? String(parameters.dispatcher_url) : undefined,
      verifyRequest: isTruthy(parameters.dispatcher_verify_request ?? true),
      disableCompression: isTruthy(parameters.dispatcher_disable_compression),
    });
  }
  const isSub = (mode ?? 'SUB') === 'SUB';
  const options = { ...receiver, attachment, mode: isSub ? ('SUB' as const) : ('PULL' as const) };
  if (channels !== null) {
    const { host, port } = parseStreamAddress(address);
    return openSource({ ...options, host, port, channels });
  }
  const direct = new Receiver({
    ...options,
    address: attachment === 'bind' ? await bindableAddress(address) : address,
  });
  await direct.open();
  return { receiver: direct, close: async () => direct.close() };
}

/** ZeroMQ connects to host names, but binds only to addresses and interfaces. */
async function bindableAddress(address: string): Promise<string> {
  const { host, port } = parseStreamAddress(address);
  if (port < 0 || host === '*' || isIP(host) !== 0) return address;
  const found = await lookup(host, 4).catch(() => null);
  return found === null ? address : `tcp://${found.address}:${port}`;
}

/** An address of the parameters, or null. */
export function readAddress(value: JsonValue | undefined): string | null {
  return isTruthy(value) ? String(value).trim() : null;
}
