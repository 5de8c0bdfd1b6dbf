import { expect } from 'chai';
import { runTool, type ToolRun } from '../../src/user-code/tool.js';

describe('tools for users’ code', () => {
  const run = (executable: string, parameters: string[], options: Partial<ToolRun> = {}) =>
    runTool({
      ...{ executable, parameters, environment: { ...process.env, GREETING: 'hello' }, input: 'text' },
      ...{ timeout: 60, longestOutput: 1000, ...options },
    });

  it('get input and environment, and give their output', async () => {
    const { stdout, stderr, failure } = await run('/bin/sh', ['-c', 'cat; printf " $GREETING"; echo no >&2']);
    expect([Buffer.from(stdout).toString(), stderr, failure]).to.deep.equal(['text hello', 'no\n', null]);
  });

  it('that fail say how', async () => {
    const failed = await run('/bin/sh', ['-c', 'echo wrong >&2; exit 3']);
    expect(failed.stderr).to.equal('wrong\n');
    expect(failed.failure).to.include({ late: false });
    const missing = await run('/nowhere/tool', []);
    expect(missing.failure?.message).to.contain('ENOENT');
  });

  it('that do not end are killed', async () => {
    expect((await run('/bin/sleep', ['1000'], { timeout: 0.1 })).failure).to.include({ late: true });
  });

  it('that print without end are killed', async () => {
    const { failure, stdout } = await run('/usr/bin/yes', []);
    expect(failure?.message).to.contain('maxBuffer');
    expect(stdout.length).to.equal(1000);
  });
});
