import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { useServiceToken } from '../../../src/client/index.js';
import { formatJson } from '../../../src/common/json.js';
import { hashToken, newToken } from '../../../src/http/index.js';
import { call, startTestPlant, type TestPlant } from './support.js';

/** Servers that let nobody in without a token, not even on version 1. */
describe('the service token', () => {
  const token = newToken();
  const headers = { Authorization: `Bearer ${token}` };
  const folder = mkdtempSync(join(tmpdir(), 'camserver-token-'));
  let plant: TestPlant;

  before(async () => {
    const securityFile = join(folder, 'security.json');
    const rules = {
      anonymous: 'none',
      legacy: { policy: 'token', otherwise: 'none' },
      tokens: [{ name: 'worker', service: true, role: 'operator', sha256: hashToken(token) }],
    };
    writeFileSync(securityFile, formatJson(rules, 1));
    plant = await startTestPlant({}, undefined, { securityFile, serviceToken: token });
  });
  after(async () => {
    await plant.close();
    useServiceToken(null);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is shown by instances, which the camera server would refuse otherwise', async () => {
    const camera = `${plant.cameras.url}/api/v1/cam/still`;
    expect((await call('GET', camera)).status).to.equal(401);
    const created = await call(
      'POST',
      `${plant.pipelines.url}/api/v1/pipeline?instance_id=guarded`,
      { camera_name: 'still' },
      headers,
    );
    expect(created.body).to.include({ state: 'ok', instance_id: 'guarded' });
  });

  it('is seen neither on the command line nor in the environment nor in the answers about them', async () => {
    const info = await call('GET', `${plant.pipelines.url}/api/v1/pipeline/info`, undefined, headers);
    const { pid } = info.body.info.active_instances.guarded.statistics;
    for (const file of ['cmdline', 'environ']) {
      expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.to.include(token);
    }
    expect(JSON.stringify(info.body)).not.to.include(token);
  });
});
