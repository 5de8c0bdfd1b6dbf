import { expect } from 'chai';
import type { CamClient } from '../../src/client/index.js';
import { keepRegistered } from '../../src/proxy/registering.js';
import { until } from '../support/until.js';
import { startCameras, type TestManager } from './rig.js';

describe('proxy/registration', () => {
  let cluster: TestManager<CamClient>;
  const stops: (() => void)[] = [];

  before(async () => {
    cluster = await startCameras([], {}, { registrationSecret: 'swordfish' });
  });

  after(async () => {
    for (const stop of stops) stop();
    await cluster.close();
  });

  const register = (body: unknown) => cluster.call('POST', '/api/v1/proxy/registrations', body);
  const pool = async () => Object.keys(await cluster.proxy.config());

  it('takes workers that know the secret, and no others', async () => {
    expect(await pool()).to.deep.equal([]);
    const address = 'http://127.0.0.1:12';
    const refused = await register({ address, secret: 'salmon' });
    expect(refused).to.include({ state: 'error', status: 'The secret is wrong.' });
    expect(await pool()).to.deep.equal([]);
    expect(await register({ address: `${address}/`, secret: 'swordfish' })).to.include({ added: true });
    expect(await register({ address, secret: 'swordfish' })).to.include({ added: false });
    expect(await pool()).to.deep.equal([address]);
    expect((await register({ address: 'nonsense', secret: 'swordfish' })).status).to.contain(
      'an address such as',
    );
  });

  it('leaves what operators decided alone when a worker reminds, until it starts anew', async () => {
    const address = 'http://127.0.0.1:13';
    await register({ address, secret: 'swordfish' });
    await cluster.proxy.saveConfig({ [address]: { enabled: false, note: 'repair' } });
    expect(await register({ address, secret: 'swordfish' })).to.include({ added: false });
    expect((await cluster.proxy.config())[address]).to.deep.equal({ enabled: false, note: 'repair' });
    await cluster.proxy.saveConfig({});
    expect(await register({ address, secret: 'swordfish', reminder: true })).to.include({ added: false });
    expect(await pool()).to.deep.equal([]);
    expect(await register({ address, secret: 'swordfish' })).to.include({ added: true });
  });

  it('is told by a worker until it listens, and once more after a fault', async () => {
    const warnings: string[] = [];
    const worker = { address: 'http://127.0.0.1:14', warn: (text: string) => warnings.push(text) };
    stops.push(keepRegistered({ ...worker, manager: cluster.url, secret: 'swordfish' }));
    await until(async () => (await pool()).includes(worker.address));
    expect(warnings).to.deep.equal([]);
    stops.push(keepRegistered({ ...worker, manager: cluster.url, secret: 'salmon' }));
    await until(() => warnings.length > 0);
    expect(warnings[0]).to.contain('The secret is wrong.');
  });

  it('is refused by a manager without a secret', async () => {
    const other = await startCameras([], { servers: { 'http://127.0.0.1:15': {} } });
    const answer = await other.call('POST', '/api/v1/proxy/registrations', {
      address: 'http://x:1',
      secret: '',
    });
    await other.close();
    expect(answer.status).to.contain('takes no registrations');
  });
});
