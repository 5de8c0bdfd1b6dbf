/**
 * One side of `pipeline.bench.ts`: `pipeline-peer.js camera <width> <height>` publishes frames as the parent asks for them,
 * `pipeline-peer.js consumer <address>` receives a pipeline's stream and reports what came. Both run on the monotonic clock of
 * the machine, which all processes share: it travels as the time stamp of the frames.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deriveDefinition, encodeDataHeader, Receiver, Sender } from '../src/bsread/index.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../src/common/values.js';
import { cameraImage } from './benchmark.js';

/** What the parent asks a camera for. */
export interface Burst {
  /** Hz. */
  readonly rate: number;
  readonly frames: number;
}

/** What a consumer tells about the messages since it was last asked. */
export interface ConsumerReport {
  readonly messages: number;
  /** Milliseconds from publishing to receiving, ascending. */
  readonly latencies: number[];
}

/** Pictures in turn, so that no cache holds the one that is sent. */
const PICTURES = 8;

const [, , role, ...parameters] = process.argv;
if (role === 'camera') await publish(Number(parameters[0]), Number(parameters[1]));
else await consume(parameters[0] as string);

async function publish(width: number, height: number): Promise<void> {
  const sender = new Sender({ address: 'tcp://127.0.0.1:0', highWaterMark: 100 });
  await sender.open();
  const messages = Array.from({ length: PICTURES }, () => cameraChannels(width, height));
  const header = encodeDataHeader(
    Object.entries(messages[0]!).map(([name, value]) => deriveDefinition(name, value)),
  );
  const values = messages.map((channels) => Object.values(channels));
  let pulseId = 0n;
  process.on('message', async ({ rate, frames }: Burst) => {
    const period = BigInt(Math.round(1e9 / rate));
    const start = process.hrtime.bigint();
    for (let frame = 0; frame < frames; frame += 1) {
      const due = start + BigInt(frame) * period;
      const wait = Number(due - process.hrtime.bigint()) / 1e6;
      if (wait > 0) await sleep(wait);
      const now = process.hrtime.bigint();
      const timestamp = { seconds: now / 1_000_000_000n, nanoseconds: now % 1_000_000_000n };
      await sender.send(header, values[frame % PICTURES]!, pulseId++, timestamp);
    }
    process.send!('done');
  });
  process.send!(sender.address);
}

function cameraChannels(width: number, height: number): Record<string, ChannelValue> {
  const axis = (length: number): ChannelValue =>
    arrayValue(Float32Array.from({ length }, (_, index) => index));
  return {
    width: new TypedScalar('int64', BigInt(width)),
    height: new TypedScalar('int64', BigInt(height)),
    timestamp: 0,
    image: arrayValue(cameraImage(width, height), [height, width]),
    x_axis: axis(width),
    y_axis: axis(height),
  };
}

async function consume(address: string): Promise<void> {
  const receiver = new Receiver({ address, highWaterMark: 100 });
  await receiver.open();
  let latencies: number[] = [];
  process.on('message', () => {
    const report: ConsumerReport = {
      messages: latencies.length,
      latencies: latencies.sort((left, right) => left - right),
    };
    latencies = [];
    process.send!(report);
  });
  process.send!('ready');
  for await (const message of receiver.messages()) {
    const now = process.hrtime.bigint();
    const { seconds, nanoseconds } = message.timestamp!;
    latencies.push(Number(now - (seconds * 1_000_000_000n + nanoseconds)) / 1e6);
    message.release();
  }
}
