import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';

const SAMPLES = [...readFileSync(join(packageRoot, 'README.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => code,
);

describe('the samples of the README', () => {
  let child: ChildProcess | null = null;

  afterEach(() => {
    child?.kill('SIGKILL');
    child = null;
  });

  /** Runs the sample that imports from a library, and gives its first lines. */
  async function firstLines(library: string, count: number): Promise<string[]> {
    const code = SAMPLES.find((sample) => sample.includes(`from '${library}'`));
    if (code === undefined) throw new Error(`README.md has no sample of ${library}`);
    // any free port, as tests run side by side
    const args = ['--input-type=module', '--eval', code.replaceAll(':9999', ':0')];
    child = spawn(process.execPath, args, { cwd: packageRoot, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      if (lines.push(line) === count) break;
    }
    return lines;
  }

  it('sends and receives over bsread', async () => {
    const lines = await firstLines('camserver/bsread', 3);
    const received = lines.map((line) => /^(\d+)n (2[01]\.?\d*)$/.exec(line));
    const pulseIds = received.map((match) => Number(match?.[1]));
    expect(pulseIds[2] - pulseIds[0], lines.join('\n')).to.equal(2);
  });

  it('processes an image', async () => {
    const [line] = await firstLines('camserver/processing', 1);
    const [name, maximum, center, sigma, converged] = line.split(' ');
    expect(name).to.be.oneOf(['native', 'reference']);
    expect(maximum).to.equal('4000');
    expect(Number(center)).to.be.closeTo(500, 1e-3);
    expect(Number(sigma)).to.be.closeTo(20, 0.1);
    expect(converged).to.equal('true');
  });
});
