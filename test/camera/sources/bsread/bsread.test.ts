import { expect } from 'chai';
import { Receiver } from '../../../../src/bsread/index.js';
import type { ReceivedMessage } from '../../../../src/bsread/types.js';
import type { JsonObject } from '../../../../src/common/json.js';
import { ChannelAccessServer } from '../../../../src/epics/server/server.js';
import { freePortRange } from '../../../support/ports.js';
import {
  arrayOf,
  numberIn,
  type RunningCamera,
  receiveUntil,
  startCamera,
  subscribe,
} from '../../support.js';
import { conformingTime, pixelsOf, StreamSource } from './stream-source.js';

describe('camera/sources/bsread', () => {
  let source: StreamSource;
  let camera: RunningCamera | null;
  let receiver: Receiver | null;

  beforeEach(async () => {
    [camera, receiver] = [null, null];
    source = new StreamSource();
    await source.open();
  });

  afterEach(async () => {
    receiver?.close();
    await camera?.stop();
    source.close();
  });

  /** Starts the camera and sends pulses from 1 on until the subscriber gets them. */
  async function start(
    config: JsonObject = {},
  ): Promise<{ camera: RunningCamera; receiver: Receiver; next: number }> {
    camera = await startCamera({ source: '', source_type: 'bsread', url: source.address, ...config });
    receiver = await subscribe(camera.address);
    let arrived = false;
    const first = receiver.receive().then(() => {
      arrived = true;
    });
    let next = 1;
    for (; !arrived; next += 1) {
      await source.send(next);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await first;
    return { camera, receiver, next };
  }

  async function pulsesUntil(last: number, from: number): Promise<number[]> {
    const pulses: number[] = [];
    await receiveUntil(receiver!, (message) => {
      if (message.pulseId >= from) pulses.push(Number(message.pulseId));
      return message.pulseId === BigInt(last);
    });
    return pulses;
  }

  it('publishes pixels, pulse id and time of the incoming message under the header of bsread cameras', async () => {
    const { receiver } = await start();
    await source.send(1000);
    const message = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
    expect(message.timestamp).to.deep.equal(conformingTime(1000));
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal([
      'image',
      'height',
      'width',
      'x_axis',
      'y_axis',
      'timestamp',
    ]);
    expect(message.channel('height')!.definition.shape).to.deep.equal([1]);
    expect(arrayOf(message, 'image')).to.deep.include({ type: 'uint16', shape: [3, 4] });
    expect(arrayOf(message, 'image').data).to.deep.equal(pixelsOf(1000, 4, 3));
    expect([numberIn(message, 'width'), numberIn(message, 'height')]).to.deep.equal([4, 3]);
  });

  it('transforms, decompresses and compresses', async () => {
    const { receiver } = await start({ roi: [1, 2, 1, 2], image_compression: true });
    await source.send(1000, { compression: 'bitshuffle_lz4' });
    const message = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
    expect(message.channel('image')!.definition.compression).to.equal('bitshuffle_lz4');
    expect(Array.from(arrayOf(message, 'image').data as Uint16Array)).to.deep.equal([1001, 1002, 2002, 2004]);
  });

  const sequence = [1000, 1001, 1002, 1002, 1001, 1005, 1006];

  it('drops pulses that do not increase', async () => {
    const { camera } = await start();
    for (const pulseId of sequence) await source.send(pulseId);
    expect(await pulsesUntil(1006, 1000)).to.deep.equal([1000, 1001, 1002, 1005, 1006]);
    expect(camera.counters.dropped.enforce_pid).to.equal(2);
    expect(camera.counters.received).to.equal(camera.counters.sent + 2);
  });

  it('publishes all of them when nothing is enforced', async () => {
    await start({ enforce_pid: false, enforce_timestamp: false });
    for (const pulseId of sequence) await source.send(pulseId);
    expect(await pulsesUntil(1006, 1000)).to.deep.equal(sequence);
  });

  it('drops messages whose nanoseconds do not encode the pulse id, counts them, and says so once', async () => {
    const { camera } = await start();
    await source.send(1000, { timestamp: { seconds: 1_700_000_010n, nanoseconds: 5n } });
    await source.send(1001, { timestamp: { seconds: 1_700_000_010n, nanoseconds: 5n } });
    await source.send(1002);
    expect(await pulsesUntil(1002, 1000)).to.deep.equal([1002]);
    expect(camera.counters.dropped.check_timestamp).to.equal(2);
    expect(camera.log.filter((line) => line.includes("Set 'check_timestamp' to false"))).to.have.length(1);
    camera.update({ source: '', source_type: 'bsread', url: source.address, check_timestamp: false });
    await receiveAfterUpdate(camera, 1100);
  });

  /** The update takes a moment; pulses with wrong nanoseconds are sent until one passes. */
  async function receiveAfterUpdate(running: RunningCamera, from: number): Promise<ReceivedMessage> {
    const pending = receiver!.receive();
    const before = running.counters.sent;
    for (let pulseId = from; running.counters.sent === before; pulseId += 1) {
      const seconds = 1_700_000_010n + BigInt(pulseId);
      await source.send(pulseId, { timestamp: { seconds, nanoseconds: 5n } });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return (await pending)!;
  }

  it('loses one image when the shape changes, and then has a new header', async () => {
    const { receiver } = await start();
    await source.send(1000);
    const before = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
    for (const pulseId of [1001, 1002, 1003]) await source.send(pulseId, { width: 6, height: 4 });
    const after = (await receiver.receive())!;
    expect(after.pulseId).to.equal(1002n);
    expect(after.formatChanged).to.equal(true);
    expect(after.hash).to.not.equal(before.hash);
    expect(arrayOf(after, 'image').data).to.deep.equal(pixelsOf(1002, 6, 4));
    expect(arrayOf(after, 'x_axis').data.length).to.equal(6);
    expect(camera!.counters.dropped).to.deep.equal({ format: 1 });
    expect(camera!.log).to.include('Invalid image format.').and.include('Image shape changed: 6x4.');
  });

  it('skips messages without an image', async () => {
    const { receiver } = await start();
    await source.send(1000, { empty: true });
    await source.send(1001);
    const message = await receiveUntil(receiver, ({ pulseId }) => pulseId >= 1000n);
    expect(message.pulseId).to.equal(1001n);
    expect(camera!.log).to.include('Image format ok.');
  });

  it('ends with exit code 1 when the stream has no image channel of this camera', async () => {
    source.close();
    source = new StreamSource('OTHER:FPICTURE');
    await source.open();
    camera = await startCamera({ source: '', source_type: 'bsread', url: source.address });
    await source.send(1);
    expect(await camera.ended).to.equal(1);
    expect(camera.log).to.include('The stream has no channel CAM:FPICTURE; it has: OTHER:FPICTURE');
  });

  it('forwards the transformed image alone', async () => {
    const { from: port } = await freePortRange(1);
    const { camera } = await start({ forwarder_port: port, rotate: 1 });
    const forwarded = new Receiver({
      address: `tcp://127.0.0.1:${port}`,
      mode: 'PULL',
      receiveTimeout: 60_000,
    });
    await forwarded.open();
    const waiting = forwarded.receive();
    let isThere = false;
    waiting.then(() => {
      isThere = true;
    });
    for (let pulseId = 2000; !isThere; pulseId += 1) {
      await source.send(pulseId);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const message = (await waiting)!;
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal(['CAM:FPICTURE']);
    expect(arrayOf(message, 'CAM:FPICTURE').shape).to.deep.equal([4, 3]);
    expect(message.timestamp).to.deep.equal(conformingTime(Number(message.pulseId)));
    while (camera.counters.clients !== '1 + 1') await new Promise((resolve) => setTimeout(resolve, 20));
    const { received, forwarded: counts } = camera.counters;
    expect(counts!.sent).to.be.greaterThan(0);
    expect(counts!.sent + counts!.dropped).to.equal(received);
    forwarded.close();
  });

  it('puts the messages of several connections into order', async () => {
    const { receiver } = await start({ connections: 3 });
    const pulses = Array.from({ length: 60 }, (_, index) => 1000 + index);
    for (const pulseId of pulses) await source.send(pulseId);
    const received: number[] = [];
    // the last ones are held back until the other connections have delivered, or are found silent
    await receiveUntil(receiver, ({ pulseId }) => {
      if (pulseId >= 1000n) received.push(Number(pulseId));
      return pulseId === 1059n;
    });
    expect(received).to.deep.equal(pulses);
  });

  it('puts buffered messages into order, whichever connection delivers them first', async () => {
    const { receiver, camera, next } = await start({
      connections: 2,
      buffer_size: 20,
      buffer_threshold: 0.5,
    });
    const pulses = Array.from({ length: 40 }, (_, index) => next + index);
    // pairs in reverse order, at a pace at which a camera delivers
    for (let index = 0; index < pulses.length; index += 2) {
      await source.send(pulses[index + 1]!);
      await source.send(pulses[index]!);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const received: bigint[] = [];
    await receiveUntil(receiver, ({ pulseId }) => {
      received.push(pulseId);
      return pulseId === BigInt(pulses.at(-1)!);
    });
    expect(received).to.deep.equal(received.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(received.length).to.be.greaterThan(30);
    const { received: count, sent, dropped } = camera.counters;
    expect(sent + Object.values(dropped).reduce((sum, n) => sum + n, 0)).to.be.at.most(count);
  });

  describe('with an IOC', () => {
    let ioc: ChannelAccessServer;
    let environment: NodeJS.ProcessEnv;

    beforeEach(async () => {
      environment = { ...process.env };
      ioc = new ChannelAccessServer();
      ioc.add('P:INIT', 'STRING', ['INIT']);
      ioc.add('P:WIDTH', 'LONG', [4]);
      ioc.add('P:HEIGHT', 'LONG', [3]);
      ioc.add('P:BSREADCONFIG', 'STRING', [source.address]);
      process.env.EPICS_CA_ADDR_LIST = `127.0.0.1:${await ioc.start()}`;
      process.env.EPICS_CA_AUTO_ADDR_LIST = 'NO';
    });

    afterEach(async () => {
      process.env = environment;
      await ioc.stop();
    });

    const fromIoc: JsonObject = { source: 'P', url: null };

    it('takes address and size from the IOC', async () => {
      const { receiver, camera } = await start(fromIoc);
      expect((await camera.request('geometry')).geometry).to.deep.equal([4, 3]);
      await source.send(1000);
      const message = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
      expect(arrayOf(message, 'image').data).to.deep.equal(pixelsOf(1000, 4, 3));
    });

    it('follows a change of the size', async () => {
      const { receiver } = await start(fromIoc);
      ioc.set('P:WIDTH', [6]);
      ioc.set('P:HEIGHT', [4]);
      for (const pulseId of [1000, 1001]) await source.send(pulseId, { width: 6, height: 4 });
      const message = await receiveUntil(receiver, ({ pulseId }) => pulseId >= 1000n);
      expect(message.pulseId).to.equal(1001n);
      expect(numberIn(message, 'width')).to.equal(6);
    });

    it('publishes nothing while the size is wrong', async () => {
      ioc.set('P:WIDTH', [7]);
      camera = await startCamera({ source: 'P', source_type: 'bsread' });
      for (const pulseId of [1, 2, 3]) await source.send(pulseId);
      while (camera.counters.received < 3) await new Promise((resolve) => setTimeout(resolve, 5));
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
    it('takes the raw size from the first message, and names the channel by the source', async () => {
      source.close();
      source = new StreamSource('SIM:FPICTURE');
      await source.open();
      const starting = startCamera({
        source: 'SIM',
        source_type: 'bsread_simulation',
        url: source.address,
        rotate: 1,
      });
      await source.send(1);
      camera = await starting;
      expect((await camera.request('geometry')).geometry).to.deep.equal([3, 4]);
      receiver = await subscribe(camera.address);
      const pending = receiver.receive();
      let isThere = false;
      pending.then(() => {
        isThere = true;
      });
      for (let pulseId = 2; !isThere; pulseId += 1) {
        await source.send(pulseId);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const message = (await pending)!;
      expect(arrayOf(message, 'image').shape).to.deep.equal([4, 3]);
      expect([numberIn(message, 'width'), numberIn(message, 'height')]).to.deep.equal([3, 4]);
    });

    it('says that it found nothing when no message comes', async () => {
      const error = await startCamera({
        source: 'SIM',
        source_type: 'bsread_simulation',
        url: source.address,
      }).catch((thrown: Error) => thrown);
      expect((error as Error).message).to.equal('Could not fetch camera settings cam_server:SIM');
    });
  });
});
