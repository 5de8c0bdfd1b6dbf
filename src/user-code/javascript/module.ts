/**
 * A script inside the thread that runs it.
 */
import type { JsonObject } from '../../common/json.js';
import { type ChannelValues, type Timestamp, timestampFromSeconds } from '../../common/values.js';
import {
  type CustomMessage,
  type FrameTime,
  type ImageFrame,
  type ProcessingInput,
  type StreamMessage,
  toNdArray,
} from '../../processing/index.js';
import { UserCodeError } from '../error.js';
import type { CustomResult, FunctionKind, StreamCall } from '../types.js';
import type { ScriptModule } from './build.js';
import { userError } from './trace.js';
import { toChannelValues } from './values.js';

/** Exports under which the function is looked for, in this order; then the default export. */
const EXPORTS: Readonly<Record<FunctionKind, readonly string[]>> = {
  image: ['processImage', 'process'],
  stream: ['process', 'processImage'],
  custom: ['custom', 'process'],
};

type UserFunction = (argument: unknown) => unknown;

/** The function of a script that was loaded into this thread. */
export class LoadedScript {
  private constructor(
    private readonly script: ScriptModule,
    private readonly call: UserFunction,
  ) {}

  /** @throws UserCodeError when the module throws or has no function of that kind */
  static async load(script: ScriptModule, kind: FunctionKind): Promise<LoadedScript> {
    process.setSourceMapsEnabled(true);
    let module: Record<string, unknown>;
    try {
      module = await import(script.url);
    } catch (error) {
      throw userError(error, script, 'load');
    }
    const names = [...EXPORTS[kind], 'default'];
    const found = names.map((name) => module[name]).find((value) => typeof value === 'function');
    if (found !== undefined) return new LoadedScript(script, found as UserFunction);
    throw new UserCodeError('load', `${script.name} exports no function '${EXPORTS[kind].join("' or '")}'`);
  }

  async processImage(input: ProcessingInput, parameters: JsonObject): Promise<ChannelValues | null> {
    const { image, x, y, pulseId, timestamp, bsdata, background, processingError } = input;
    const frame: ImageFrame = {
      image: toNdArray(image),
      pulseId: Number(pulseId),
      timestamp: frameTime(timestamp),
      xAxis: x,
      yAxis: y,
      parameters,
      bsdata: Object.fromEntries(bsdata),
      background: background === null ? null : toNdArray(background),
      processingError,
    };
    return this.run(frame, toChannelValues);
  }

  async processMessage(
    { values, pulseId, timestamp }: StreamCall,
    parameters: JsonObject,
  ): Promise<ChannelValues | null> {
    const message: StreamMessage = {
      data: Object.fromEntries(values),
      pulseId: Number(pulseId),
      timestamp: frameTime(timestamp),
      parameters,
    };
    return this.run(message, toChannelValues);
  }

  async generate(parameters: JsonObject, init: boolean): Promise<CustomResult> {
    return this.run({ parameters, init }, customResult);
  }

  private async run<Result>(argument: unknown, read: (returned: unknown) => Result): Promise<Result> {
    try {
      const { call } = this;
      return read(await call(argument));
    } catch (error) {
      throw userError(error, this.script, 'call');
    }
  }
}

function frameTime({ seconds, nanoseconds }: Timestamp): FrameTime {
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
}

function customResult(returned: unknown): CustomResult {
  if (returned === null || returned === undefined) {
    return { values: null, timestamp: null, pulseId: null, dataSize: 0 };
  }
  if (typeof returned !== 'object' || !('data' in returned)) {
    throw new TypeError('The function must return an object { data, timestamp, pulseId, size }, or null');
  }
  const { data, timestamp = null, pulseId = null, size = 0 } = returned as CustomMessage;
  return {
    values: toChannelValues(data),
    timestamp: timestamp === null ? null : readTime(timestamp),
    pulseId: pulseId === null ? null : BigInt(pulseId),
    dataSize: Number(size),
  };
}

function readTime(time: FrameTime | number): Timestamp {
  if (typeof time === 'number') return timestampFromSeconds(time);
  return { seconds: BigInt(time.seconds), nanoseconds: BigInt(time.nanoseconds) };
}
