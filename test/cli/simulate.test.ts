import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Receiver } from '../../src/bsread/index.js';
import { formatNpy } from '../../src/common/npy.js';
import { packageRoot } from '../../src/common/package.js';
import { type ArrayValue, arrayValue } from '../../src/common/values.js';

const program = join(packageRoot, 'bin', 'camserver.js');

function run(...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a process prints until it has printed something that matches, or has ended. */
async function output(child: ChildProcess, expected?: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (expected?.test(text)) break;
  }
  return text;
}

describe('camserver simulate', () => {
  it('publishes a camera that can be watched, and ends at SIGTERM', async () => {
    const camera = run('simulate', '--port', '0', '--width', '64', '--height', '48', '--rate', '50');
    try {
      const address = /tcp:\/\/localhost:\d+/.exec(await output(camera, /watch tcp:\S+/))?.[0] as string;
      const watch = run('watch', address, '--json', '--number', '3');
      const lines = (await output(watch)).trim().split('\n');
      const messages = lines.map(
        (line) => JSON.parse(line) as { pulse_id: number; channels: Record<string, unknown> },
      );
      expect(messages.length).to.equal(3);
      expect(Object.keys(messages[0]?.channels ?? {})).to.deep.equal([
        'width',
        'height',
        'timestamp',
        'image',
        'x_axis',
        'y_axis',
      ]);
      expect(messages[0]?.channels).to.deep.include({
        width: 64,
        image: { type: 'uint16', shape: [48, 64] },
      });
      expect((messages[2]?.pulse_id ?? 0) - (messages[0]?.pulse_id ?? 0)).to.equal(2);
    } finally {
      camera.kill('SIGTERM');
    }
    const [code] = await once(camera, 'exit');
    expect(code).to.equal(0);
  });

  it('plays a recording again and again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    const path = join(folder, 'recording.npy');
    const first = new Uint16Array(6).fill(7);
    writeFileSync(path, formatNpy(arrayValue(Uint16Array.of(...first, ...first.map(() => 9)), [2, 2, 3])));
    const camera = run('simulate', '--port', '0', '--replay', path, '--rate', '50');
    const ended = once(camera, 'exit');
    try {
      const address = /tcp:\/\/localhost:\d+/.exec(await output(camera, /watch tcp:\S+/))?.[0] as string;
      const receiver = new Receiver({ address, receiveTimeout: 60_000 });
      await receiver.open();
      const values: number[] = [];
      for (let count = 0; count < 4; count += 1) {
        const message = (await receiver.receive())!;
        const { data, shape } = message.channel('image')!.decode() as ArrayValue;
        expect(shape).to.deep.equal([2, 3]);
        values.push(Number(data[0]));
      }
      receiver.close();
      const [start] = values as [number];
      expect([7, 9]).to.include(start);
      expect(values).to.deep.equal([start, 16 - start, start, 16 - start]);
    } finally {
      camera.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses an impossible size', async () => {
    const camera = run('simulate', '--port', '0', '--width', '0');
    let errors = '';
    camera.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(camera, 'close');
    expect(code).to.equal(1);
    expect(errors).to.equal('--width 0, --height 960 and --rate 10 must be above 0\n');
  });
});
