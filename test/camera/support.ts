/**
 * Runs a camera program inside the test, with the context that an instance process would give it.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receiver } from '../../src/bsread/index.js';
import type { ReceivedMessage } from '../../src/bsread/types.js';
import { run } from '../../src/camera/program.js';
import { writeProgramOptions } from '../../src/camera/program-options.js';
import { CAMERA_DEFAULTS, type CameraDefaults } from '../../src/camera/settings.js';
import type { JsonObject } from '../../src/common/json.js';
import { type ArrayValue, isArrayValue, TypedScalar } from '../../src/common/values.js';
import { createCounters } from '../../src/instances/counters.js';
import {
  hasData,
  type InstanceContext,
  type InstanceCounters,
  type RequestHandler,
} from '../../src/instances/types.js';

export interface RunningCamera {
  /** Of the stream; the port was chosen by the system. */
  readonly address: string;
  readonly counters: InstanceCounters;
  readonly log: string[];
  readonly ended: Promise<number>;
  readonly backgroundFolder: string;
  update(config: JsonObject): void;
  request(name: string, parameters?: JsonObject): Promise<JsonObject>;
  stop(): Promise<number>;
}

/** Starts the program and waits until it serves. Rejects with the error of a start that fails. */
export async function startCamera(
  config: JsonObject,
  name = 'CAM',
  defaults: Partial<CameraDefaults> = {},
): Promise<RunningCamera> {
  const stop = new AbortController();
  const counters = createCounters();
  const log: string[] = [];
  const configListeners: ((config: JsonObject) => void)[] = [];
  const handlers = new Map<string, RequestHandler>();
  const write = (message: string): void => void log.push(message);
  const backgroundFolder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  let ready: () => void = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const context: InstanceContext = {
    name,
    config,
    options: {
      ...writeProgramOptions({
        address: null,
        backgroundFolder,
        defaults: { ...CAMERA_DEFAULTS, ...defaults },
      }),
      port: 0,
    },
    stop: stop.signal,
    counters,
    tracer: null,
    log: { debug: write, info: write, warning: write, error: write },
    ready,
    onConfig: (listener) => void configListeners.push(listener),
    onRequest: (request, handler) => void handlers.set(request, handler),
  };
  const ended = run(context);
  await Promise.race([isReady, ended.then((code) => Promise.reject(new Error(`ended with ${code}`)))]);
  const address = log.map((line) => /publishes on (\S+)\.$/.exec(line)?.[1]).find((found) => found)!;
  return {
    address: address.replace('0.0.0.0', '127.0.0.1'),
    counters,
    log,
    ended,
    backgroundFolder,
    update: (next) => {
      for (const listener of configListeners) listener(next);
    },
    request: async (request, parameters = {}) => {
      const answer = await handlers.get(request)!(parameters);
      return hasData(answer) ? { ...answer.result, byteLength: answer.data.byteLength } : answer;
    },
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Calls `send` again and again until the promise is settled: what is sent before a peer is connected is lost. */
export async function sendUntil<T>(send: () => Promise<unknown>, settled: Promise<T>): Promise<T> {
  let isSettled = false;
  const end = (): void => {
    isSettled = true;
  };
  settled.then(end, end);
  while (!isSettled) {
    await send();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return settled;
}

/** The first message that fits. @throws when none comes any more */
export async function receiveUntil(
  receiver: Receiver,
  fits: (message: ReceivedMessage) => boolean,
): Promise<ReceivedMessage> {
  for (;;) {
    const message = await receiver.receive();
    if (message === null) throw new Error('No message came in time');
    if (fits(message)) return message;
  }
}

export async function subscribe(address: string): Promise<Receiver> {
  const receiver = new Receiver({ address, receiveTimeout: 100_000 });
  await receiver.open();
  return receiver;
}

export function arrayOf(message: ReceivedMessage, channel: string): ArrayValue {
  const value = message.channel(channel)?.decode() ?? null;
  if (!isArrayValue(value)) throw new Error(`${channel} is not an array`);
  return value;
}

export function numberIn(message: ReceivedMessage, channel: string): number {
  const value = message.channel(channel)?.decode();
  return Number(value instanceof TypedScalar ? value.value : value);
}
