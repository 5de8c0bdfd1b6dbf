import { expect } from 'chai';
import { Receiver } from '../../../../src/bsread/index.js';
import { freePortRange } from '../../../support/ports.js';
import { until } from '../../../support/until.js';
import { arrayOf, numberIn, receiveUntil, sendUntil } from '../../support.js';
import { bsreadCamera } from './bsread-camera.js';
import { conformingTime, pixelsOf } from './stream-source.js';

describe('camera/sources/bsread', () => {
  const bench = bsreadCamera();
  const { start } = bench;

  async function pulsesUntil(receiver: Receiver, last: number, from: number): Promise<number[]> {
    const pulses: number[] = [];
    await receiveUntil(receiver, (message) => {
      if (message.pulseId >= from) pulses.push(Number(message.pulseId));
      return message.pulseId === BigInt(last);
    });
    return pulses;
  }

  it('publishes pixels, pulse id and time of the incoming message under the header of bsread cameras', async () => {
    const { receiver, source } = await start();
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
    const { receiver, source } = await start({ roi: [1, 2, 1, 2], image_compression: true });
    await source.send(1000, { compression: 'bitshuffle_lz4' });
    const message = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
    expect(message.channel('image')!.definition.compression).to.equal('bitshuffle_lz4');
    expect(Array.from(arrayOf(message, 'image').data as Uint16Array)).to.deep.equal([1001, 1002, 2002, 2004]);
  });

  const sequence = [1000, 1001, 1002, 1002, 1001, 1005, 1006];

  it('drops pulses that do not increase', async () => {
    const { camera, receiver, source } = await start();
    for (const pulseId of sequence) await source.send(pulseId);
    expect(await pulsesUntil(receiver, 1006, 1000)).to.deep.equal([1000, 1001, 1002, 1005, 1006]);
    expect(camera.counters.dropped.enforce_pid).to.equal(2);
    await until(() => camera.counters.received === camera.counters.sent + 2);
  });

  it('publishes all of them when nothing is enforced', async () => {
    const { receiver, source } = await start({ enforce_pid: false, enforce_timestamp: false });
    for (const pulseId of sequence) await source.send(pulseId);
    expect(await pulsesUntil(receiver, 1006, 1000)).to.deep.equal(sequence);
  });

  it('drops messages whose nanoseconds do not encode the pulse id, counts them, and says so once', async () => {
    const { camera, receiver, source } = await start();
    await source.send(1000, { timestamp: { seconds: 1_700_000_010n, nanoseconds: 5n } });
    await source.send(1001, { timestamp: { seconds: 1_700_000_010n, nanoseconds: 5n } });
    await source.send(1002);
    expect(await pulsesUntil(receiver, 1002, 1000)).to.deep.equal([1002]);
    expect(camera.counters.dropped.check_timestamp).to.equal(2);
    expect(camera.log.filter((line) => line.includes("Set 'check_timestamp' to false"))).to.have.length(1);
    camera.update({ source: '', source_type: 'bsread', url: source.address, check_timestamp: false });
    // the update takes a moment; pulses with wrong nanoseconds are sent until one passes
    let pulseId = 1100;
    await sendUntil(() => {
      pulseId += 1;
      const seconds = 1_700_000_010n + BigInt(pulseId);
      return source.send(pulseId, { timestamp: { seconds, nanoseconds: 5n } });
    }, receiver.receive());
  });

  it('says which messages it rejects, and why, with debug', async () => {
    const { camera, receiver, source } = await start({ debug: 'true' });
    for (const pulseId of [1000, 999, 1001]) await source.send(pulseId);
    expect(await pulsesUntil(receiver, 1001, 999)).to.deep.equal([1000, 1001]);
    expect(camera.log).to.include('Pulse 999 rejected: enforce_pid');
  });

  it('loses one image when the shape changes, and then has a new header', async () => {
    const { camera, receiver, source } = await start();
    await source.send(1000);
    const before = await receiveUntil(receiver, ({ pulseId }) => pulseId === 1000n);
    for (const pulseId of [1001, 1002, 1003]) await source.send(pulseId, { width: 6, height: 4 });
    const after = (await receiver.receive())!;
    expect(after.pulseId).to.equal(1002n);
    expect(after.formatChanged).to.equal(true);
    expect(after.hash).to.not.equal(before.hash);
    expect(arrayOf(after, 'image').data).to.deep.equal(pixelsOf(1002, 6, 4));
    expect(arrayOf(after, 'x_axis').data.length).to.equal(6);
    expect(camera.counters.dropped).to.deep.equal({ format: 1 });
    expect(camera.log).to.include('Invalid image format.').and.include('Image shape changed: 6x4.');
  });

  it('skips messages without an image', async () => {
    const { camera, receiver, source } = await start();
    await source.send(1000, { empty: true });
    await source.send(1001);
    const message = await receiveUntil(receiver, ({ pulseId }) => pulseId >= 1000n);
    expect(message.pulseId).to.equal(1001n);
    expect(camera.log).to.include('Image format ok.');
  });

  it('ends with exit code 1 when the stream has no image channel of this camera', async () => {
    const source = await bench.replaceSource('OTHER:FPICTURE');
    const camera = await bench.startOnly();
    await source.send(1);
    expect(await camera.ended).to.equal(1);
    expect(camera.log).to.include('The stream has no channel CAM:FPICTURE; it has: OTHER:FPICTURE');
  });

  it('forwards the transformed image alone', async () => {
    const { from: port } = await freePortRange(1);
    const { camera, source } = await start({ forwarder_port: port, rotate: 1 });
    const forwarded = new Receiver({
      address: `tcp://127.0.0.1:${port}`,
      mode: 'PULL',
      receiveTimeout: 60_000,
    });
    await forwarded.open();
    const waiting = forwarded.receive();
    await source.sendUntil(2000, waiting);
    const message = (await waiting)!;
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal(['CAM:FPICTURE']);
    expect(arrayOf(message, 'CAM:FPICTURE').shape).to.deep.equal([4, 3]);
    expect(message.timestamp).to.deep.equal(conformingTime(Number(message.pulseId)));
    await until(() => camera.counters.clients === '1 + 1');
    await until(() => {
      const { received, forwarded: counts } = camera.counters;
      return counts!.sent > 0 && counts!.sent + counts!.dropped === received;
    });
    forwarded.close();
  });

  it('puts the messages of several connections into order', async () => {
    const { receiver, source } = await start({ connections: 3 });
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
    const { camera, receiver, source, next } = await start({
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
});
