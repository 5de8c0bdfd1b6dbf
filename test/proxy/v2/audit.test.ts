import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../../../src/common/package.js';
import { hashToken, newToken } from '../../../src/http/index.js';
import { EventReader, startTestPlant, type TestPlant } from './support.js';

const run = promisify(execFile);

// biome-ignore lint/suspicious/noExplicitAny: records are what the tests are about
type Records = any[];

describe('the audit log of servers', () => {
  let plant: TestPlant;
  before(async () => {
    plant = await startTestPlant({ still_sp: { camera_name: 'still' } });
  });
  after(() => plant.close());

  const audit = async (query: string): Promise<Records> => {
    const response = await fetch(`${plant.pipelines.url}/api/v2/audit?${query}`);
    return ((await response.json()) as { records: Records }).records;
  };

  it('holds what was changed over version 1, with the tags before and after, and streams it', async () => {
    const events = await EventReader.open(`${plant.pipelines.url}/api/v2/events?topics=audit`);
    await plant.pipelines.call('POST', '/new_sp/config', { camera_name: 'still' });
    await plant.pipelines.call('POST', '/new_sp/config', { camera_name: 'still', image_threshold: 3 });
    await plant.pipelines.call('DELETE', '/new_sp/config');
    await plant.pipelines.call('DELETE', '/new_sp/config');
    const records = await audit('cluster=pipelines&target=new_sp');
    expect(records.map(({ action, result }) => [action, result])).to.deep.equal([
      ['config.delete', 'error'],
      ['config.delete', 'ok'],
      ['config.save', 'ok'],
      ['config.save', 'ok'],
    ]);
    const [again, deleted, changed, created] = records;
    expect(again.error).to.match(/new_sp/);
    expect(created.before).to.equal(null);
    expect(changed.before).to.equal(created.after);
    expect(deleted).to.include({ before: changed.after, after: null, cluster: 'pipelines' });
    expect(deleted.request).to.equal('DELETE /api/v1/pipeline/new_sp/config');
    const event = await events.find(({ type, data }) => type === 'audit' && data.sequence === again.sequence);
    expect(event.data).to.deep.equal(again);
    events.close();
  });

  it('holds what looking at a stream has started, here and at the cameras', async () => {
    await plant.pipelines.client.stream('still_sp');
    await plant.pipelines.client.stream('still_sp');
    const started = await audit('action=instance.start&target=still_sp');
    expect(started).to.have.length(1);
    const atCameras = await audit('cluster=cameras&action=instance.start');
    expect(atCameras.map(({ target, cluster }) => [target, cluster])).to.deep.equal([['still', 'cameras']]);
    await plant.pipelines.client.stopInstance('still_sp');
  });

  it('is joined with that of the cameras, page by page', async () => {
    const all = await audit('limit=1000');
    const times = all.map(({ time }) => time);
    expect(times).to.deep.equal([...times].sort().reverse());
    expect(new Set(all.map(({ cluster }) => cluster))).to.deep.equal(new Set(['pipelines', 'cameras']));
    const paged: Records = [];
    for (let before: string | null = ''; before !== null; ) {
      const response = await fetch(`${plant.pipelines.url}/api/v2/audit?limit=2&before=${before}`);
      const page = (await response.json()) as { records: Records; next: string | null; sources: Records };
      expect(page.sources.map(({ state }) => state)).to.deep.equal(['ok', 'ok']);
      paged.push(...page.records);
      before = page.next;
    }
    expect(paged).to.deep.equal(all);
    const wrong = await fetch(`${plant.pipelines.url}/api/v2/audit?before=17`);
    expect(wrong.status).to.equal(400);
  });

  it('can be downloaded and verified', async () => {
    const response = await fetch(
      `${plant.pipelines.url}/api/v2/audit?cluster=pipelines&format=csv&action=config`,
    );
    expect(response.headers.get('content-type')).to.match(/^text\/csv/);
    expect(await response.text()).to.match(/^sequence,time,.*\r\n\d+,"20/);
    const folder = join(plant.state, 'pipelines', 'audit');
    const verify = (...options: string[]) =>
      run(process.execPath, [join(packageRoot, 'bin/camserver.js'), 'audit', 'verify', folder, ...options]);
    expect((await verify()).stdout).to.match(/: ok\. \d+ records in 1 files/);
    const path = join(folder, 'audit-000000000001.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('new_sp', 'old_sp'));
    const broken = await verify('--json').catch((error) => error);
    expect(broken.code).to.equal(1);
    expect(JSON.parse(broken.stdout).fault).to.match(/:1: the record was changed/);
  });
});

describe('servers with rules', () => {
  it('know the user of a request that another server passes on', async () => {
    const { mkdtempSync, rmSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const folder = mkdtempSync(join(tmpdir(), 'camserver-security-'));
    const securityFile = join(folder, 'security.json');
    const [serviceToken, otto] = [newToken(), newToken()];
    const document = {
      tokens: [
        { name: 'servers', service: true, sha256: hashToken(serviceToken) },
        { name: 'otto', role: 'operator', sha256: hashToken(otto) },
      ],
      legacy: { policy: 'token' },
    };
    writeFileSync(securityFile, JSON.stringify(document), { mode: 0o600 });
    const plant = await startTestPlant({}, undefined, { securityFile, serviceToken });
    try {
      const config = (token: string | null) =>
        fetch(`${plant.pipelines.url}/api/v1/pipeline/a/config`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          },
          body: '{"camera_name": "still"}',
        });
      expect((await config(null)).status).to.equal(401);
      expect((await config(otto)).status).to.equal(200);
      const headers = { Authorization: `Bearer ${otto}` };
      const records = async (cluster: string): Promise<Records> => {
        const response = await fetch(`${plant.pipelines.url}/api/v2/audit?cluster=${cluster}`, { headers });
        return ((await response.json()) as { records: Records }).records;
      };
      const [saved, refused] = await records('pipelines');
      expect(saved).to.include({ actor: 'otto', role: 'operator', method: 'token', result: 'ok' });
      expect(refused).to.include({ actor: null, result: 'refused', status: 401 });
      expect(await records('cameras')).to.deep.equal([]);
    } finally {
      await plant.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
