/**
 * `camserver simulate`: a simulated camera that publishes the stream of a camera instance, without any server.
 */
import type { Command } from 'commander';
import { parseNumber, parsePort, parseWhole } from './common-options.js';

interface SimulateOptions {
  readonly port: number;
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly number: number;
}

export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('publish a simulated camera as a bsread stream')
    .option('-p, --port <port>', 'port of the stream; 0: any free one', parsePort, 10100)
    .option('--width <pixels>', 'columns', parseWhole, 1280)
    .option('--height <pixels>', 'rows', parseWhole, 960)
    .option('-r, --rate <hertz>', 'frames per second', parseNumber, 10)
    .option('-n, --number <count>', 'end after so many frames; 0: never', parseWhole, 0)
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { port, width, height, rate, number } = options;
  if (!(width > 0 && height > 0 && rate > 0)) {
    throw new RangeError(`--width ${width}, --height ${height} and --rate ${rate} must be above 0`);
  }
  const { encodeDataHeader, Sender } = await import('../bsread/index.js');
  const { FrameGenerator } = await import('../camera/simulation/frames.js');
  const { arrayValue, timestampNow, timestampToSeconds } = await import('../common/values.js');

  const sender = new Sender({ address: `tcp://*:${port}` });
  await sender.open();
  const address = sender.address.replace('0.0.0.0', 'localhost');
  console.log(`Simulated camera of ${width}x${height} pixels at ${rate} Hz on ${address}`);
  console.log(`Look at it from another terminal:\n    node bin/camserver.js watch ${address}`);

  const header = encodeDataHeader([
    { name: 'width', type: 'int64', shape: [1] },
    { name: 'height', type: 'int64', shape: [1] },
    { name: 'timestamp', type: 'float64', shape: [1] },
    { name: 'image', type: 'uint16', shape: [width, height] },
    { name: 'x_axis', type: 'float32', shape: [width] },
    { name: 'y_axis', type: 'float32', shape: [height] },
  ]);
  const xAxis = arrayValue(Float32Array.from({ length: width }, (_, index) => index));
  const yAxis = arrayValue(Float32Array.from({ length: height }, (_, index) => index));
  const frames = new FrameGenerator();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

  const start = performance.now();
  for (let frame = 0; !stop.signal.aborted && (number === 0 || frame < number); frame += 1) {
    const timestamp = timestampNow();
    const image = arrayValue(frames.next({ width, height, beam: true, dtype: 'uint16' }), [height, width]);
    const values = [width, height, timestampToSeconds(timestamp), image, xAxis, yAxis];
    await sender.send(header, values, BigInt(frame), timestamp);
    await pause(start + ((frame + 1) * 1000) / rate - performance.now(), stop.signal);
  }
  sender.close();
}

/** Waits so many milliseconds, or until the signal. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, milliseconds));
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
