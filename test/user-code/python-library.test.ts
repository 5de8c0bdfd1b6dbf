/** The functions that Python scripts import, against the golden vectors and against our own processing. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { PYTHON } from './support.js';

describe('cam_server for Python scripts', () => {
  for (const [name, noAddon] of [
    ['NumPy', '1'],
    ['the kernels', '0'],
  ] as const) {
    it(`gives the numbers and element types of the golden vectors with ${name}`, () => checkVectors(noAddon));
  }
});

async function checkVectors(noAddon: string): Promise<void> {
  const script = join(packageRoot, 'test', 'python', 'vectors.py');
  const vectors = join(packageRoot, 'test', 'fixtures', 'vectors');
  const { stdout } = await promisify(execFile)(PYTHON, [script, vectors, join(packageRoot, 'python')], {
    env: { ...process.env, CAMSERVER_NO_ADDON: noAddon },
  });
  const lines = stdout.trim().split('\n');
  const counts = JSON.parse(lines.pop()!) as Record<string, number>;
  expect(lines).to.deep.equal([]);
  expect(counts).to.deep.equal({
    ...{ profile: 11, subtract_background: 9, threshold: 5, binning: 8, gauss_fit: 20, full_width: 10 },
    ...{ find_index: 4, rotate: 14, good_region: 8, calculate_slices: 7, slices_data: 6, linear_fit: 4 },
    ...{ quadratic_fit: 3, process: 13 },
  });
}
