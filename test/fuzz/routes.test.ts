import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type FuzzPlant, KNOWN, startFuzzPlant } from './plant.js';
import { fuzzRoutes, operationsOf, unexpectedErrors } from './routes.js';
import { fuzzViewers } from './viewers.js';

describe('servers with hostile input', () => {
  let plant: FuzzPlant;
  before(async () => {
    plant = await startFuzzPlant();
  });
  after(() => plant.close());

  for (const name of ['pipelines', 'cameras', 'manager'] as const) {
    it(`every route of the server '${name}' answers, and expected what came`, async () => {
      const server = plant[name];
      expect((await operationsOf(server)).length).to.be.greaterThan(80);
      const { statuses, faults } = await fuzzRoutes(server, 2, 1, KNOWN, plant.restore);
      expect(faults).to.deep.equal([]);
      expect(await unexpectedErrors(server)).to.deep.equal([]);
      expect(statuses[400]).to.be.greaterThan(10);
      expect((await fetch(`${server}/health/live`)).status).to.equal(200);
    });
  }

  it('a live view tells what is wrong with a message, and serves the next viewer', async () => {
    const { url } = await plant.view();
    const { errors, ended } = await fuzzViewers(url, 200, 1);
    expect(errors).to.be.greaterThan(100);
    expect(ended).to.be.greaterThan(0);
    const viewer = new WebSocket(url);
    await once(viewer, 'message');
    viewer.send('{"type": "view", "width": 32, "height": 32}');
    const [, isBinary] = (await once(viewer, 'message')) as [Buffer, boolean];
    expect(isBinary).to.equal(true);
    viewer.terminate();
    expect(await unexpectedErrors(plant.pipelines)).to.deep.equal([]);
  });
});
