import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstanceLog } from '../../../src/instances/types.js';
import { imageFunctionOf, importFunction } from '../../../src/worker/functions/registry.js';

describe('functions of pipelines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-functions-'));
  const lines: string[] = [];
  const log = { error: (text: string) => lines.push(text) } as unknown as InstanceLog;
  const resolve = (name: string | null): Promise<string> => importFunction({ function: name }, folder, log);

  beforeEach(() => {
    lines.length = 0;
  });

  after(() => rmSync(folder, { recursive: true }));

  it('are the default one without a name, and the built-in ones by name', async () => {
    expect(await resolve(null)).to.equal('default');
    expect(await resolve('')).to.equal('default');
    for (const name of ['default', 'processor', 'transparent', 'merge', 'psen', 'psss']) {
      expect(await resolve(name), name).to.equal('named');
    }
    expect(imageFunctionOf({}).process).to.equal(imageFunctionOf({ function: 'processor' }).process);
    expect(lines).to.deep.equal([]);
  });

  it('of other pipeline types cannot process images', async () => {
    expect(await resolve('propagate_stream')).to.equal('failed');
    expect(lines).to.deep.equal([
      "Could not import function propagate_stream: it is a function of pipelines of type 'stream'.",
    ]);
  });

  it('of users go before built-in ones, and are not available yet', async () => {
    writeFileSync(join(folder, 'transparent.py'), 'def process(): pass');
    for (const name of ['transparent', 'transparent.py', '/elsewhere/x.py']) {
      lines.length = 0;
      expect(await resolve(name)).to.equal('failed');
      expect(lines).to.deep.equal([
        `Could not import function ${name}: user functions are not available yet.`,
      ]);
    }
  });

  it('that do not exist are named in the log', async () => {
    expect(await resolve('nothing')).to.equal('failed');
    expect(lines).to.deep.equal(['Could not import function nothing: Invalid module: nothing.']);
  });
});
