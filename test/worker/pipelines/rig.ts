/**
 * A pipeline instance in a process of its own, between a camera and a client in the test's process; all sockets are real.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  deriveDefinition,
  encodeDataHeader,
  type ReceivedMessage,
  Receiver,
  Sender,
} from '../../../src/bsread/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import { type ArrayValue, arrayValue, type ChannelValue, TypedScalar } from '../../../src/common/values.js';
import type { Instance, Supervisor } from '../../../src/instances/index.js';
import { preparePipelineConfiguration } from '../../../src/worker/configuration/index.js';
import { createSupervisor } from '../../instances/support.js';

/** The image of `processing.md` 12, shifted in value by `level`. */
export function referenceImage(level = 0): ArrayValue<Uint16Array> {
  const pixels = new Uint16Array(20 * 24);
  for (let y = 0; y < 20; y += 1) {
    for (let x = 0; x < 24; x += 1) {
      const spot = Math.trunc(3600 / (4 + (x - 11) ** 2 + 3 * (y - 8) ** 2));
      pixels[y * 24 + x] = spot + ((7 * x + 13 * y) % 5) + level;
    }
  }
  return arrayValue(pixels, [20, 24]);
}

/** The six channels of a camera, in the order of polled cameras. */
export function cameraChannels(image: ArrayValue): Record<string, ChannelValue> {
  const [rows, columns] = image.shape as [number, number];
  const count = (length: number): ArrayValue =>
    arrayValue(Float32Array.from({ length }, (_, index) => index));
  return {
    width: new TypedScalar('int64', BigInt(columns)),
    height: new TypedScalar('int64', BigInt(rows)),
    timestamp: 1_700_000_000.5,
    image,
    x_axis: count(columns),
    y_axis: count(rows),
  };
}

/** A sender whose messages all arrive: PUSH, and it waits for its receiver. */
export class TestSource {
  readonly #sender: Sender;

  /** Binds, or connects to an address. */
  constructor(address?: string) {
    this.#sender = new Sender({
      address: address ?? 'tcp://127.0.0.1:0',
      attachment: address === undefined ? 'bind' : 'connect',
      mode: 'PUSH',
    });
  }

  async open(): Promise<string> {
    await this.#sender.open();
    return this.#sender.address;
  }

  async send(pulseId: number, channels: Record<string, ChannelValue>): Promise<void> {
    const definitions = Object.entries(channels).map(([name, value]) => deriveDefinition(name, value));
    const timestamp = { seconds: 1_700_000_000n, nanoseconds: BigInt(pulseId) };
    await this.#sender.send(
      encodeDataHeader(definitions),
      Object.values(channels),
      BigInt(pulseId),
      timestamp,
    );
  }

  /** Camera messages of these pulses. */
  async sendImages(pulseIds: readonly number[], image: ArrayValue = referenceImage()): Promise<void> {
    for (const pulseId of pulseIds) await this.send(pulseId, cameraChannels(image));
  }

  close(): void {
    this.#sender.close();
  }
}

export interface Rig {
  readonly camera: TestSource;
  readonly instance: Instance;
  readonly supervisor: Supervisor;
  readonly backgroundFolder: string;
  /** The next messages of the pipeline. */
  receive(count: number): Promise<ReceivedMessage[]>;
  /** Waits for the end of the process. */
  exitCode(): Promise<number | null>;
  logs(): string[];
  close(): Promise<void>;
}

export interface RigOptions {
  /** Called before the start, with the folder of the backgrounds. */
  prepare?(backgroundFolder: string): Promise<void>;
  /** Instance options that differ. */
  readonly options?: JsonObject;
  /** False: no client connects. */
  readonly client?: boolean;
}

/** Starts a pipeline on a camera, or on a stream when it is of another type; whatever is sent either way arrives. */
export async function startRig(config: JsonObject, options: RigOptions = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'camserver-pipeline-'));
  const camera = new TestSource();
  const supervisor = await createSupervisor();
  await options.prepare?.(folder);
  const complete = preparePipelineConfiguration({
    ...inputOf(config, await camera.open()),
    mode: 'PUSH',
    ...config,
  });
  const close = async (): Promise<void> => {
    camera.close();
    await supervisor.close();
    await rm(folder, { recursive: true });
  };
  const start = createPipeline(supervisor, 'pipeline', complete, { folder, ...options.options });
  const instance = await start.catch(async (error: Error) => {
    const logs = supervisor.logs('pipeline').map(([, , , text]) => text);
    await close();
    throw new StartFailure(error.message, logs);
  });
  const client = new Receiver({
    address: `tcp://127.0.0.1:${instance.port}`,
    mode: complete.mode === 'PUB' ? 'SUB' : 'PULL',
    receiveTimeout: 100_000,
  });
  if (options.client !== false) await client.open();
  return {
    camera,
    instance,
    supervisor,
    backgroundFolder: folder,
    async receive(count) {
      const messages: ReceivedMessage[] = [];
      while (messages.length < count) {
        const message = await client.receive();
        if (message === null) throw new Error(`Only ${messages.length} of ${count} messages came`);
        messages.push(message);
      }
      return messages;
    },
    async exitCode() {
      await instance.ended;
      return instance.exitCode;
    },
    logs: () => instance.logs.map(([, , , text]) => text),
    async close() {
      client.close();
      await close();
    },
  };
}

/** Starts a pipeline whose folders are all the same. */
export function createPipeline(
  supervisor: Supervisor,
  name: string,
  config: JsonObject,
  { folder, ...options }: JsonObject & { readonly folder: string },
): Promise<Instance> {
  return supervisor.create(name, () => ({
    name,
    program: new URL('../../../src/worker/pipelines/program.js', import.meta.url).href,
    logSuffix: `name:${name}`,
    config,
    options: {
      camera_server: 'http://127.0.0.1:1',
      background_folder: folder,
      script_folder: folder,
      ...options,
    },
    port: 'allocate',
    kind: 'pipeline',
  }));
}

/** The instance ended before it was ready. */
class StartFailure extends Error {
  constructor(
    message: string,
    readonly logs: readonly string[],
  ) {
    super(message);
  }
}

/** Starts a pipeline that must not start. @returns its log */
export async function logsOfFailedStart(config: JsonObject, options: RigOptions = {}): Promise<string> {
  try {
    await withRig(config, async () => {}, options);
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    expect(error.message).to.equal("'pipeline' instance  terminated. See logs.");
    return error.logs.join('\n');
  }
  throw new Error('The pipeline started');
}

/** The keys that connect a pipeline to its source. */
function inputOf({ pipeline_type: type = 'processing' }: JsonObject, address: string): JsonObject {
  if (type === 'custom') return {};
  const stream = { input_stream: address, input_mode: 'PULL' };
  return type === 'processing' ? { camera_name: 'cam', ...stream } : stream;
}

/** Starts a pipeline for the duration of `use`. */
export async function withRig(
  config: JsonObject,
  use: (rig: Rig) => Promise<void>,
  options: RigOptions = {},
): Promise<void> {
  const rig = await startRig(config, options);
  try {
    await use(rig);
  } finally {
    await rig.close();
  }
}

export const pulseIdsOf = (messages: readonly ReceivedMessage[]): number[] =>
  messages.map(({ pulseId }) => Number(pulseId));

export const namesOf = (message: ReceivedMessage): string[] =>
  message.channels.map((channel) => channel.definition.name);

export const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

/** Sums up what became of the frames of an ended instance. */
export function balance({ instance }: Pick<Rig, 'instance'>) {
  const { received, sent, dropped } = instance.lastSample!;
  const lost = received - sent - Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return { received, sent, dropped, lost };
}

/** A plain number of a scalar channel. */
export function numberOf(message: ReceivedMessage, name: string): number {
  const value = message.channel(name)?.decode();
  return Number(value instanceof TypedScalar ? value.value : value);
}
