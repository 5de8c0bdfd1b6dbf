import { expect } from 'chai';
import { CamClient } from '../../src/client/index.js';
import { startTestCameras, startTestServer, type TestCameras, type TestServer } from './support.js';

const still = {
  source: 'still',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 50,
  image_type: 'static_beam',
};

describe('a pipeline server with cameras', () => {
  let cameras: TestCameras;
  let server: TestServer;
  before(async () => {
    cameras = await startTestCameras({
      still,
      fed: { ...still, protocol: 'ipc' },
      offline: { source: 'NO-SUCH-CAMERA', source_type: 'epics' },
    });
    server = await startTestServer({ cameraServer: cameras.url });
  });
  after(async () => {
    await server.close();
    await cameras.close();
  });

  it('lists the cameras', async () => {
    expect((await server.call('GET', '/camera')).cameras).to.have.members(['still', 'fed', 'offline']);
  });

  it('starts no pipeline on a camera that is not there', async () => {
    expect((await server.call('POST', '', { camera_name: 'offline' })).status).to.equal(
      'Camera offline is not online. Cannot start pipeline.',
    );
    expect(
      (await server.call('POST', '', { camera_name: 'unknown', pipeline_type: 'store' })).status,
    ).to.match(/^Camera unknown is not online\. Cannot start pipeline\. Unable to load config 'unknown'/);
  });

  for (const camera of ['still', 'fed']) {
    it(`collects the background of camera ${camera}, tcp or ipc`, async () => {
      const answer = await server.call('POST', `/camera/${camera}/background?n_images=3`);
      expect(answer.status).to.equal(`Background collected on camera ${camera}.`);
      expect(answer.background_id).to.match(new RegExp(`^${camera}_\\d{8}_\\d{6}_\\d{6}$`));
      expect((await server.call('GET', `/camera/${camera}/background`)).background_id).to.equal(
        answer.background_id,
      );
      const mean = await server.client.backgroundImage(answer.background_id);
      const image = await new CamClient(cameras.url).image(camera);
      expect(mean).to.deep.include({ type: 'uint16', shape: [48, 64] });
      expect([...mean.data]).to.deep.equal([...image.data]);
    });
  }

  it('says that a background cannot be collected from a camera that does not exist', async () => {
    const answer = await server.call('POST', '/camera/unknown/background');
    expect(answer.state).to.equal('error');
    expect(answer.status).to.match(/^Unable to load config 'unknown'/);
  });
});
