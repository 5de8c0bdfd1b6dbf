import { expect } from 'chai';
import type { JsonObject } from '../../../../src/common/json.js';
import { ChannelAccessServer } from '../../../../src/epics/server/server.js';
import { searchAt } from '../../../support/channel-access.js';
import { until } from '../../../support/until.js';
import { arrayOf, numberIn, receiveUntil, startCamera, subscribe } from '../../support.js';
import { bsreadCamera } from './bsread-camera.js';
import { pixelsOf } from './stream-source.js';

describe('camera/sources/bsread: where size and address come from', () => {
  const bench = bsreadCamera();
  const { start } = bench;

  describe('with an IOC', () => {
    let ioc: ChannelAccessServer;
    let restoreEnvironment: () => void;
    let searchPort: number;

    async function startIoc([width, height]: readonly [number, number], port = 0): Promise<number> {
      ioc = new ChannelAccessServer();
      ioc.add('P:INIT', 'STRING', ['INIT']);
      ioc.add('P:WIDTH', 'LONG', [width]);
      ioc.add('P:HEIGHT', 'LONG', [height]);
      ioc.add('P:BSREADCONFIG', 'STRING', [bench.source.address]);
      return ioc.start(port);
    }

    beforeEach(async () => {
      searchPort = await startIoc([4, 3]);
      restoreEnvironment = searchAt(searchPort);
    });

    afterEach(async () => {
      restoreEnvironment();
      await ioc.stop();
    });

    const fromIoc: JsonObject = { source: 'P', url: null };

    it('takes address and size from the IOC', async () => {
      const { receiver, camera, source } = await start(fromIoc);
      expect((await camera.request('geometry')).geometry).to.deep.equal([4, 3]);
      await source.send(1000);
      const message = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
      expect(arrayOf(message, 'image').data).to.deep.equal(pixelsOf(1000, 4, 3));
    });

    it('follows a change of the size', async () => {
      const { receiver, source } = await start(fromIoc);
      ioc.set('P:WIDTH', [6]);
      ioc.set('P:HEIGHT', [4]);
      for (const pulseId of [1000, 1001]) await source.send(pulseId, { width: 6, height: 4 });
      const message = await receiveUntil(receiver, ({ pulseId }) => pulseId >= 1000n);
      expect(message.pulseId).to.equal(1001n);
      expect(numberIn(message, 'width')).to.equal(6);
    });

    it('goes on while the IOC is away, asks the one that is back, and says when none tells a new size', async () => {
      const { receiver, camera, source, next } = await start(fromIoc);
      await ioc.stop();
      await source.sendUntil(next, receiver.receive());
      await startIoc([6, 4], searchPort);
      const wide = receiveUntil(receiver, (message) => numberIn(message, 'width') === 6);
      await source.sendUntil(1000, wide, { width: 6, height: 4 });
      expect(camera.log).to.include('Image shape changed: 6x4.');
      await ioc.stop();
      const isSaid = until(() => camera.log.includes('Error getting channel P:WIDTH for camera P'));
      await source.sendUntil(50_000, isSaid, { width: 5, height: 5 });
    });

    it('publishes nothing while the size is wrong', async () => {
      ioc.set('P:WIDTH', [7]);
      const camera = await bench.startOnly(fromIoc);
      for (const pulseId of [1, 2, 3]) await bench.source.send(pulseId);
      await until(() => camera.counters.received === 3);
      await camera.stop();
      expect(camera.counters.dropped).to.deep.equal({ format: 3 });
      expect(camera.counters.sent).to.equal(0);
    });

    it('does not start a camera that is not initialised, or does not answer', async () => {
      const startError = (config: JsonObject): Promise<Error> =>
        startCamera({ source_type: 'bsread', ...config }).then(
          () => new Error('started'),
          (error: Error) => error,
        );
      ioc.set('P:INIT', ['OFF']);
      expect((await startError({ source: 'P' })).message).to.equal(
        'Camera with prefix P is not initialized - Status OFF',
      );
      ioc.set('P:INIT', ['INIT']);
      ioc.set('P:BSREADCONFIG', ['']);
      expect((await startError({ source: 'P' })).message).to.equal(
        'Could not fetch bsread stream address for cam_server:P',
      );
      expect((await startError({ source: 'NOBODY' })).message).to.equal(
        'Camera with prefix NOBODY is offline',
      );
    });
  });

  describe('bsread_simulation', () => {
    const simulated: JsonObject = { source: 'SIM', source_type: 'bsread_simulation' };

    it('takes the raw size from the first message, and names the channel by the source', async () => {
      const source = await bench.replaceSource('SIM:FPICTURE');
      const starting = bench.startOnly({ ...simulated, rotate: 1, url: source.address });
      await source.send(1);
      const camera = await starting;
      expect((await camera.request('geometry')).geometry).to.deep.equal([3, 4]);
      const receiver = await subscribe(camera.address);
      const pending = receiver.receive();
      await source.sendUntil(2, pending);
      const message = (await pending)!;
      expect(arrayOf(message, 'image').shape).to.deep.equal([4, 3]);
      expect([numberIn(message, 'width'), numberIn(message, 'height')]).to.deep.equal([3, 4]);
      // the device is restarted
      const again = await bench.replaceSource('SIM:FPICTURE', source.address);
      const after = receiveUntil(receiver, ({ pulseId }) => pulseId >= 100_000n);
      await again.sendUntil(100_000, after);
      receiver.close();
    });

    it('ends with exit code 1 when the image channel is not there any more', async () => {
      const source = await bench.replaceSource('SIM:FPICTURE');
      const starting = bench.startOnly({ ...simulated, url: source.address });
      await source.send(1);
      const camera = await starting;
      const other = await bench.replaceSource('OTHER', source.address);
      await other.sendUntil(2, camera.ended);
      expect(await camera.ended).to.equal(1);
      expect(camera.log.at(-1)).to.equal(
        'The stream has no channel SIM:FPICTURE or CAM:FPICTURE; it has: OTHER',
      );
    });

    it('says that it found nothing when no message comes', async () => {
      const error = await startCamera({ ...simulated, url: bench.source.address }).catch((thrown) => thrown);
      expect((error as Error).message).to.equal('Could not fetch camera settings cam_server:SIM');
    });
  });
});
