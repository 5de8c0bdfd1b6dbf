import { expect } from 'chai';
import { call, startTestPlant, type TestPlant } from './support.js';

describe('/api/v2 placement: a server that is to be a worker', () => {
  let plant: TestPlant;
  before(async () => {
    plant = await startTestPlant({});
  });
  after(() => plant.close());

  const probe = async (server: string) =>
    (await call('POST', `${plant.pipelines.url}/api/v2/placement/pipelines/probe`, { server })).body;

  it('is reachable with its version, or not for a reason', async () => {
    const { version, ...rest } = await probe(plant.pipelines.url);
    expect(rest).to.deep.equal({ reachable: true, problem: null });
    expect(version).to.match(/^\d+\.\d+/);
    expect((await probe(plant.cameras.url)).problem).to.match(/answers 404 and is no worker/);
    expect((await probe('http://127.0.0.1:1')).problem).to.match(/cannot be reached/);
  });

  it('is asked at an address only', async () => {
    for (const server of ['', 'file:///etc/passwd', 'http://host:1/path', 'http://a@b:1'])
      expect((await probe(server)).code, server).to.equal('INVALID_BODY');
  });
});
