import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstanceLog } from '../../../src/instances/types.js';
import { FunctionImporter, type ImportedFunction } from '../../../src/worker/functions/importer.js';
import { imageFunctionOf } from '../../../src/worker/functions/registry.js';

describe('functions of pipelines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-functions-'));
  const lines: string[] = [];
  const log = { error: (text: string) => lines.push(text) } as unknown as InstanceLog;
  const importer = new FunctionImporter(folder, null, log);
  const load = (name: string | null): Promise<ImportedFunction> => importer.import({ function: name });

  beforeEach(() => {
    lines.length = 0;
  });

  after(() => rmSync(folder, { recursive: true }));

  it('are the default one without a name, and the built-in ones by name', async () => {
    expect(await load(null)).to.deep.equal({ state: 'default' });
    expect(await load('')).to.deep.equal({ state: 'default' });
    for (const name of ['default', 'processor', 'transparent', 'merge', 'psen', 'psss']) {
      expect(await load(name), name).to.deep.equal({ state: 'named', script: null, hosted: null });
    }
    expect(imageFunctionOf({}).process).to.equal(imageFunctionOf({ function: 'processor' }).process);
    expect(lines).to.deep.equal([]);
  });

  it('of other pipeline types cannot process images', async () => {
    expect(await load('propagate_stream')).to.deep.equal({ state: 'failed' });
    expect(lines).to.deep.equal([
      "Could not import function propagate_stream: it is a function of pipelines of type 'stream'.",
    ]);
  });

  it('of users go before built-in ones, and are read again only on reload', async () => {
    const imported = async (reload: boolean): Promise<string> => {
      const result = await importer.import({ function: 'transparent', reload });
      return result.state === 'named' ? result.script!.url : result.state;
    };
    writeFileSync(join(folder, 'transparent.js'), 'export const process = () => ({ a: 1 });');
    const first = await imported(false);
    writeFileSync(join(folder, 'transparent.js'), 'export const process = () => ({ a: 2 });');
    expect(await imported(false)).to.equal(first);
    expect(await imported(true)).not.to.equal(first);
    expect(lines).to.deep.equal([]);
  });

  it('that cannot be loaded are explained with file and line', async () => {
    const cases: [text: string, reason: string][] = [
      ['const a = 1;\nexport const process = (;', 'bad.ts line 2: Unexpected ";"'],
      [
        "import { x } from 'nowhere';\nexport const process = x;",
        'bad.ts line 1: Could not resolve "nowhere"',
      ],
      ['export const other = 1;', "bad.ts exports no function 'processImage' or 'process'"],
      ["// first\nthrow new Error('no beam');", 'bad.ts line 2: no beam'],
      [
        "import { x } from 'camserver/nothing';\nx();",
        "bad.ts line 1: There is no 'camserver/nothing'; there are",
      ],
    ];
    for (const [text, reason] of cases) {
      lines.length = 0;
      writeFileSync(join(folder, 'bad.ts'), text);
      expect(await load('bad.ts')).to.deep.equal({ state: 'failed' });
      expect(lines[0]).to.contain(`Could not import function bad.ts: ${reason}`);
    }
  });

  it('that never finish loading are given up', async () => {
    writeFileSync(join(folder, 'endless.js'), 'for (;;);');
    const result = await importer.import({ function: 'endless', function_timeout: 0.3 });
    expect(result).to.deep.equal({ state: 'failed' });
    expect(lines).to.deep.equal([
      'Could not import function endless: endless.js was not loaded within 0.3 s.',
    ]);
  });

  it('that do not exist are named in the log', async () => {
    expect(await load('nothing')).to.deep.equal({ state: 'failed' });
    expect(await load('/elsewhere/x.py')).to.deep.equal({ state: 'failed' });
    expect(lines).to.deep.equal([
      'Could not import function nothing: Invalid module: nothing.',
      'Could not import function /elsewhere/x.py: Invalid module: /elsewhere/x.py.',
    ]);
  });
});
