import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PoolServer } from '../../src/proxy/pool-configuration.js';
import { openPoolSettings } from '../../src/proxy/pool-settings.js';

describe('proxy/pool settings', () => {
  const [ONE, TWO] = ['http://host-1:8881', 'http://host-2:8881'];
  let folder: string;
  let used: readonly PoolServer[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-pool-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (servers: string, mayBeEmpty = false) =>
    openPoolSettings(
      { servers, configFolder: folder },
      mayBeEmpty,
      {
        configure: (list) => {
          used = list;
        },
      },
      { warning: () => {} },
    );
  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'nothing was thrown',
      (error: Error) => error.message,
    );

  it('comes from the servers file, another file, inline JSON, or a list of addresses', async () => {
    writeFileSync(join(folder, 'servers.json'), JSON.stringify({ [ONE]: { note: 'kept' } }));
    expect((await open('')).document).to.deep.equal({ [ONE]: { note: 'kept' } });
    writeFileSync(join(folder, 'others.json'), JSON.stringify({ [TWO]: {} }));
    expect((await open(join(folder, 'others.json'))).document).to.deep.equal({ [TWO]: {} });
    expect((await open(JSON.stringify({ [TWO]: { expanding: false } }))).document).to.deep.equal({
      [TWO]: { expanding: false },
    });
    expect((await open(`${ONE}, ${TWO}`)).document).to.deep.equal({
      [ONE]: { expanding: true },
      [TWO]: { expanding: true },
    });
  });

  it('must be there and name a server, unless workers add themselves', async () => {
    expect(await failure(open(''))).to.contain('does not exist. Create it, or use --servers.');
    expect((await open('', true)).document).to.deep.equal({});
    writeFileSync(join(folder, 'servers.json'), '{}');
    expect(await failure(open(''))).to.contain('The server pool is empty.');
    writeFileSync(join(folder, 'servers.json'), '{"http');
    expect(await failure(open(''))).to.contain('is not valid JSON');
  });

  it('keeps its last server, so that the process can start again; servers that are all switched off are no hindrance', async () => {
    const path = join(folder, 'servers.json');
    writeFileSync(path, JSON.stringify({ [ONE]: {} }));
    const settings = await open('');
    for (const change of [settings.replace({}), settings.removeServer(ONE)]) {
      expect(await failure(change)).to.contain('switch servers off with "enabled": false');
    }
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal({ [ONE]: {} });
    await settings.changeServer(ONE, { enabled: false });
    expect(used).to.deep.equal([]);
    const again = await open('');
    expect([again.disabled(), used]).to.deep.equal([[ONE], []]);
    await again.changeServer(ONE, { enabled: true });
    expect(used.map(({ address }) => address)).to.deep.equal([ONE]);
    expect(await (await open('', true)).replace({})).to.deep.equal({});
  });
});
