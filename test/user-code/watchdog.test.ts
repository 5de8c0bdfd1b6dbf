import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';

const WATCHDOG = new URL('../../src/user-code/javascript/watchdog.js', import.meta.url).href;

/** Runs `body` under a watchdog in a process of its own. */
async function run(
  body: string,
  seconds: number,
): Promise<{ signal: string | null; code: number | null; errors: string }> {
  const limits = `{ seconds: ${seconds}, megabytes: 200 }`;
  const program = `import { startWatchdog } from '${WATCHDOG}'; const watchdog = startWatchdog('mine.js', ${limits}); ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const limit = setTimeout(() => child.kill('SIGTERM'), 100_000);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  return { code, signal, errors };
}

describe('user-code/watchdog of scripts on the main thread', () => {
  it('kills a process that computes for ever, and says why', async () => {
    const { signal, errors } = await run('setTimeout(() => { for (;;); }, 100);', 1);
    expect(signal).to.equal('SIGKILL');
    expect(errors).to.equal("'mine.js' did not finish within 1 s (function_timeout) and was stopped\n");
  });

  it('kills a process that takes ever more memory, and says why', async () => {
    const { signal, errors } = await run(
      'const kept = []; setInterval(() => kept.push(Buffer.alloc(2 ** 24, kept.length)), 20);',
      60,
    );
    expect(signal).to.equal('SIGKILL');
    expect(errors).to.equal(
      "'mine.js' needed more than 200 MB of memory (function_memory) and was stopped\n",
    );
  });

  it('lets a process live that waits, and end', async () => {
    // a busy machine may hold it up for a while
    expect(await run('setTimeout(() => watchdog.stop(), 6000);', 4)).to.deep.equal({
      code: 0,
      signal: null,
      errors: '',
    });
  });
});
