/** The simulated camera: making a frame, and a whole instance at 100 Hz with one client. */
import { FrameGenerator } from '../src/camera/simulation/frames.js';
import { simulateBeamNative, simulateBeamReference } from '../src/camera/simulation/kernel.js';
import { type BenchmarkRow, medianTime } from './benchmark.js';
import { measureCamera } from './camera-figures.js';

export const title = 'Simulated camera, 1280×960 uint16';

const SECONDS = 5;
const size = { width: 1280, height: 960 } as const;

export async function run(): Promise<BenchmarkRow[]> {
  if (simulateBeamNative === null) throw new Error('The addon is not built');
  const native = timeOf(new FrameGenerator(Math.random, simulateBeamNative));
  const reference = timeOf(new FrameGenerator(Math.random, simulateBeamReference));
  const { width, height } = size;
  const camera = { source: '', source_type: 'simulation', size_x: width, size_y: height, frame_rate: 100 };
  const { rate, processorTime } = await measureCamera('CAM', SECONDS, camera);
  return [
    {
      figure: 'Simulated frame, 1280×960 uint16',
      target: '< 2 ms',
      measured: `${native.toFixed(2)} ms`,
      comparedWith: `TypeScript twin ${reference.toFixed(2)} ms`,
    },
    {
      figure: 'Simulated camera at 100 Hz, 1280×960 uint16, 1 client',
      target: '≥ 100 Hz',
      measured: `${rate.toFixed(1)} Hz, ${processorTime.toFixed(1)} ms of processor time per frame`,
      comparedWith: `${native.toFixed(2)} ms to make the frame`,
    },
  ];
}

function timeOf(generator: FrameGenerator): number {
  return medianTime(100, () => generator.next({ ...size, beam: true, dtype: 'uint16' }));
}
