import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Logging } from '../../src/common/logging.js';
import { Deletions } from '../../src/proxy/deletions.js';

describe('proxy/deletions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const logging = new Logging({ level: 'CRITICAL' });
  const open = (name: string): Deletions => new Deletions(join(folder, name), logging.logger('test'));

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are there again after a restart, without what was stored again meanwhile', async () => {
    const before = open('kept.json');
    await before.note(['script', 'a.py']);
    await before.note(['library', 'b.py']);
    await before.note(['script', 'c.py']);
    await before.revoke(['script', 'a.py']);
    expect(await open('kept.json').all()).to.deep.equal([
      ['library', 'b.py'],
      ['script', 'c.py'],
    ]);
  });

  it('leave out what workers can tell by themselves', async () => {
    const deletions = open('kinds.json');
    await deletions.note(['configuration', 'x']);
    await deletions.note(['background', 'y']);
    expect(await deletions.all()).to.deep.equal([]);
  });

  it('forget the oldest when there are too many', async () => {
    const names = Array.from({ length: 1001 }, (_, index) => ['script', `${index}.py`]);
    writeFileSync(join(folder, 'many.json'), JSON.stringify({ deleted: names.slice(0, 1000) }));
    const deletions = open('many.json');
    await deletions.note(['script', '1000.py']);
    expect(await deletions.all()).to.deep.equal(names.slice(1));
    await deletions.note(['script', '1.py']);
    expect((await deletions.all()).at(-1)).to.deep.equal(['script', '1.py']);
    expect(await deletions.all()).to.have.lengthOf(1000);
  });

  it('begin anew when their file is damaged, and leave out what is none', async () => {
    writeFileSync(join(folder, 'damaged.json'), '{"deleted": [');
    writeFileSync(
      join(folder, 'odd.json'),
      '{"deleted": [["script"], ["config", "x"], 3, ["script", "x.py"]]}',
    );
    expect(await open('odd.json').all()).to.deep.equal([['script', 'x.py']]);
    const deletions = open('damaged.json');
    await deletions.note(['script', 'x.py']);
    expect(JSON.parse(readFileSync(join(folder, 'damaged.json'), 'utf8'))).to.deep.equal({
      deleted: [['script', 'x.py']],
    });
  });
});
