import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';

const WATCHDOG = new URL('../../../../src/camera/sources/script/watchdog.js', import.meta.url).href;

/** Runs `body` under a watchdog of 1 s in a process of its own. */
async function run(body: string): Promise<{ signal: string | null; code: number | null; errors: string }> {
  const program = `import { startWatchdog } from '${WATCHDOG}'; const watchdog = startWatchdog(1, 'stopped by the watchdog'); ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const limit = setTimeout(() => child.kill('SIGTERM'), 25_000);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  return { code, signal, errors };
}

describe('camera/sources/script/watchdog', () => {
  it('kills a process that computes for ever, and says why', async () => {
    const { signal, errors } = await run('setTimeout(() => { for (;;); }, 100);');
    expect(signal).to.equal('SIGKILL');
    expect(errors).to.contain('stopped by the watchdog');
  });

  it('lets a process live that waits, and end', async () => {
    expect(await run('setTimeout(() => watchdog.stop(), 2500);')).to.deep.equal({
      code: 0,
      signal: null,
      errors: '',
    });
  });
});
