/** The Gaussian fit of a profile against scipy.optimize.curve_fit on the same profile and from the same start values. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../src/common/package.js';
import { nativeKernels } from '../src/processing/native.js';
import { estimateGaussian, gaussianFit } from '../src/processing/reference/fits.js';
import { type BenchmarkRow, cameraImage, medianTime } from './benchmark.js';

export const title = 'Gaussian fit of 1280 points';

interface PythonResult {
  readonly time: number;
  readonly parameters: [number, number, number, number];
}

export async function run(): Promise<BenchmarkRow[]> {
  const [width, height] = [1280, 960];
  const image = cameraImage(width, height);
  const profile = new Float64Array(width);
  image.forEach((pixel, index) => {
    profile[index % width] += pixel;
  });
  const axis = Float64Array.from({ length: width }, (_, index) => index);
  if (nativeKernels === null) throw new Error('The addon is not built');
  const fits = nativeKernels;
  const native = medianTime(200, () => fits.gaussianFit(profile, axis));
  const reference = medianTime(20, () => gaussianFit(profile, axis));
  const python = measurePython(profile, axis);
  const own = fits.gaussianFit(profile, axis).parameters;
  const differences = [own.offset, own.amplitude, own.center, Math.abs(own.sigma)].map((value, index) =>
    Math.abs(value / (python.parameters[index] as number) - 1),
  );
  return [
    {
      figure: 'Gaussian fit, 1280 points',
      target: '≥ 20 × faster, parameters to 1e-6',
      measured:
        `${(python.time / native).toFixed(0)} × faster (${native.toFixed(3)} ms), ` +
        `parameters to ${Math.max(...differences).toExponential(0)}; TypeScript twin ${reference.toFixed(2)} ms`,
      comparedWith: `scipy curve_fit (${python.time.toFixed(2)} ms)`,
    },
  ];
}

function measurePython(profile: Float64Array, axis: Float64Array): PythonResult {
  const { offset, amplitude, center, sigma } = estimateGaussian(profile, axis);
  const input = JSON.stringify({
    profile: [...profile],
    axis: [...axis],
    start: [offset, amplitude, center, sigma],
  });
  const script = join(packageRoot, 'benchmarks', 'python', 'gaussian.py');
  const result = spawnSync('/usr/bin/python3', [script], { input, encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) throw new Error(`${script} failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as PythonResult;
}
