/**
 * Users' functions against the built-in processing and against plain Python: frames per second through the execution of a
 * pipeline, without sockets, with as many frames in work as it takes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../src/common/json.js';
import { packageRoot } from '../src/common/package.js';
import { createCounters } from '../src/instances/index.js';
import { FrameAccount } from '../src/streaming/accounting.js';
import { FunctionImporter } from '../src/worker/functions/importer.js';
import { ownPixels } from '../src/worker/pipelines/camera-frame.js';
import { Execution } from '../src/worker/pipelines/execution.js';
import { readPipelineInstanceOptions } from '../src/worker/pipelines/options.js';
import { buildSettings } from '../src/worker/pipelines/settings.js';
import { type BenchmarkRow, cameraImage, median } from './benchmark.js';

export const title = "users' functions";

const [WIDTH, HEIGHT] = [1280, 960];
const FRAMES = 200;
const ROUNDS = 5;
/** Frames that are pushed before the first of them is delivered. */
const IN_WORK = 6;
const PYTHON = process.env.CAMSERVER_PYTHON ?? '/usr/bin/python3';

const JAVASCRIPT = `import { processImage as standard } from 'camserver/processing';
export const processImage = (frame) => standard(frame);`;
const PYTHON_SCRIPT = `from cam_server.pipeline.data_processing import functions, processor

def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata):
    return processor.process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata)
`;

const EMPTY_SCRIPT = `def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata):
    return {"id": pulse_id}
`;

export async function run(): Promise<BenchmarkRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-bench-'));
  const script = join(folder, 'standard.py');
  const pixels = join(folder, 'pixels');
  writeFileSync(join(folder, 'standard.js'), JAVASCRIPT);
  writeFileSync(script, PYTHON_SCRIPT);
  writeFileSync(pixels, cameraImage(WIDTH, HEIGHT));
  writeFileSync(join(folder, 'empty.py'), EMPTY_SCRIPT);
  const empty = await openPipeline(folder, { function: 'empty.py' });
  const builtIn = await openPipeline(folder, { processing_threads: 1 });
  const javaScript = await openPipeline(folder, { function: 'standard.js' });
  const python = await openPipeline(folder, { function: 'standard.py' });
  const plainPython = (environment: Record<string, string>): Measured => {
    const sizes = [HEIGHT, WIDTH, FRAMES].map(String);
    const program = join(packageRoot, 'benchmarks', 'python', 'function.py');
    const parameters = [program, join(packageRoot, 'python'), script, pixels, ...sizes];
    const env = { ...process.env, ...environment };
    const output = execFileSync(PYTHON, parameters, { encoding: 'utf8', env });
    const [elapsed = 0, cpu = 0] = output.split(' ').map(Number);
    return { rate: 1000 / elapsed, cpu };
  };
  try {
    const sides = {
      builtIn: builtIn.measure,
      javaScript: javaScript.measure,
      python: python.measure,
      empty: empty.measure,
      numpy: () => plainPython({ CAMSERVER_NO_ADDON: '1' }),
      plainPython: () => plainPython({}),
    };
    const results: Record<keyof typeof sides, Measured[]> = {
      ...{ builtIn: [], javaScript: [], python: [], empty: [], numpy: [], plainPython: [] },
    };
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const side of Object.keys(sides) as (keyof typeof sides)[]) {
        const measured = await sides[side]();
        if (round >= 0) results[side].push(measured);
      }
    }
    const rateOf = (side: keyof typeof sides): number => median(results[side].map(({ rate }) => rate));
    const cpuOf = (side: keyof typeof sides): number => median(results[side].map(({ cpu }) => cpu));
    return [
      {
        figure: `JavaScript function that calls the default processing, ${WIDTH}x${HEIGHT} u16, one thread`,
        target: "≥ 90 % of the built-in's rate",
        measured: share(results.javaScript, results.builtIn),
        comparedWith: `built-in in one thread: ${rateOf('builtIn').toFixed(0)} Hz`,
      },
      {
        figure: `Python function that calls processor.process_image, ${WIDTH}x${HEIGHT} u16, one process`,
        target: '≥ 90 %',
        measured: share(results.python, results.numpy),
        comparedWith: `the same script in plain Python with NumPy: ${rateOf('numpy').toFixed(0)} Hz`,
      },
      {
        figure: 'the same against plain Python that has the kernels too',
        target: '–',
        measured: share(results.python, results.plainPython),
        comparedWith: `the same script in plain Python: ${rateOf('plainPython').toFixed(0)} Hz`,
      },
      {
        figure: `the same, processor time of the Python process per frame`,
        target: '–',
        measured: `${((cpuOf('python') / cpuOf('plainPython') - 1) * 100).toFixed(0)} % more (${cpuOf('python').toFixed(2)} ms)`,
        comparedWith: `plain Python: ${cpuOf('plainPython').toFixed(2)} ms`,
      },
      {
        figure: 'processor time of the Python process per frame for a function that does nothing',
        target: '–',
        measured: `${cpuOf('empty').toFixed(2)} ms, ${((100 * cpuOf('empty')) / cpuOf('plainPython')).toFixed(0)} % of the default processing`,
        comparedWith: `default processing in plain Python: ${cpuOf('plainPython').toFixed(2)} ms`,
      },
    ];
  } finally {
    await Promise.all([empty.close(), builtIn.close(), javaScript.close(), python.close()]);
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  /** Frames per second. */
  readonly rate: number;
  /** Milliseconds of processor time of the Python process per frame; 0 without one. */
  readonly cpu: number;
}

function share(results: readonly Measured[], others: readonly Measured[]): string {
  const ratios = results.map(({ rate }, round) => rate / others[round]!.rate);
  return `${(100 * median(ratios)).toFixed(0)} % (${median(results.map(({ rate }) => rate)).toFixed(0)} Hz)`;
}

/** Processor time of the main thread, finer than the ticks of /proc/<pid>/stat. */
function busyMilliseconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

async function openPipeline(
  folder: string,
  config: JsonObject,
): Promise<{ measure(): Promise<Measured>; close(): Promise<void> }> {
  const log = { debug() {}, info() {}, warning: console.error, error: console.error };
  const options = readPipelineInstanceOptions({
    ...{ camera_server: 'http://127.0.0.1:1', background_folder: folder, script_folder: folder, port: 0 },
    python: PYTHON,
  });
  const importer = new FunctionImporter(folder, PYTHON, log);
  const settings = await buildSettings({ camera_name: 'cam', ...config }, 0, options, importer, log);
  const account = new FrameAccount(createCounters());
  let delivered = 0;
  let onDelivered = (): void => {};
  const execution = new Execution({
    log,
    async deliver({ frame }, outcome) {
      if (!outcome.ok) throw outcome.error;
      frame.ticket.drop('error');
      delivered += 1;
      onDelivered();
    },
  });
  const images = Array.from({ length: 8 }, (_, index) => cameraImage(WIDTH, HEIGHT, index + 1));
  const axis = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index);
  const [xAxis, yAxis] = [axis(WIDTH), axis(HEIGHT)];
  let pulseId = 0;
  const push = async (): Promise<void> => {
    const pixels = ownPixels(images[pulseId % images.length]!, 'uint16', HEIGHT, WIDTH);
    const timestamp = { seconds: 1n, nanoseconds: 2n };
    const common = { ticket: account.receive(0), timestamp, xAxis, yAxis, extraChannels: new Map() };
    await execution.push({ frame: { ...common, pulseId: BigInt(pulseId), pixels }, settings });
    pulseId += 1;
  };
  return {
    async measure() {
      const first = delivered;
      const pid = settings.hosted?.pids[0] ?? null;
      const before = pid === null ? 0 : busyMilliseconds(pid);
      const start = performance.now();
      for (let pushed = 0; pushed < FRAMES; pushed += 1) {
        while (first + pushed - delivered >= IN_WORK) {
          await new Promise<void>((resolve) => {
            onDelivered = resolve;
          });
        }
        await push();
      }
      await execution.idle();
      const rate = (1000 * FRAMES) / (performance.now() - start);
      const cpu = pid === null ? 0 : (busyMilliseconds(pid) - before) / FRAMES;
      return { rate, cpu };
    },
    async close() {
      await execution.close(1000);
      await importer.close();
    },
  };
}
