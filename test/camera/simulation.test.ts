import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, timestampToSeconds } from '../../src/common/values.js';
import { BackgroundStore } from '../../src/storage/background-store.js';
import { arrayOf, numberIn, type RunningCamera, receiveUntil, startCamera, subscribe } from './support.js';

const small: JsonObject = { source: '', source_type: 'simulation', size_x: 64, size_y: 48, frame_rate: 100 };

describe('camera/program with a simulated camera', () => {
  let camera: RunningCamera | null = null;
  const start = async (config: JsonObject): Promise<RunningCamera> => {
    camera = await startCamera({ ...small, ...config });
    return camera;
  };

  afterEach(async () => {
    await camera?.stop();
    camera = null;
  });

  it('publishes the six channels in the order of the registered header', async () => {
    const { address, stop } = await start({});
    const receiver = await subscribe(address);
    const first = (await receiver.receive())!;
    const second = (await receiver.receive())!;
    receiver.close();
    expect(first.channels.map(({ definition }) => definition.name)).to.deep.equal([
      'width',
      'height',
      'timestamp',
      'image',
      'x_axis',
      'y_axis',
    ]);
    expect(first.channel('width')!.definition.type).to.equal('int64');
    expect(first.channel('width')!.definition.shape).to.equal(undefined);
    expect(first.channel('image')!.definition).to.include({ type: 'uint16' });
    expect(first.channel('image')!.definition.shape).to.deep.equal([64, 48]);
    expect(first.channel('x_axis')!.definition).to.include({ type: 'float32' });
    expect(arrayOf(first, 'x_axis').data.length).to.equal(64);
    expect(arrayOf(first, 'y_axis').data.length).to.equal(48);
    expect([numberIn(first, 'width'), numberIn(first, 'height')]).to.deep.equal([64, 48]);
    expect(second.pulseId).to.equal(first.pulseId + 1n);
    expect(numberIn(first, 'timestamp')).to.equal(timestampToSeconds(first.timestamp!));
    expect(first.channel('image')!.timestamp).to.deep.equal(first.timestamp);
    expect(arrayOf(first, 'image').data).to.not.deep.equal(arrayOf(second, 'image').data);
    expect(await stop()).to.equal(0);
  });

  it('counts pulses from 0', async () => {
    const running = await start({ frame_rate: 2 });
    const receiver = await subscribe(running.address);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(Number(message.pulseId)).to.be.within(0, 3);
  });

  it('has another order, and scalars with shape, under the automatic header; and compresses there too', async () => {
    const { address } = await start({ check_data: true, image_compression: true, scalar_compression: 'lz4' });
    const receiver = await subscribe(address);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal([
      'image',
      'timestamp',
      'width',
      'height',
      'x_axis',
      'y_axis',
    ]);
    expect(message.channel('width')!.definition.shape).to.deep.equal([1]);
    expect(message.channel('image')!.definition.compression).to.equal('bitshuffle_lz4');
    expect(message.channel('x_axis')!.definition.compression).to.equal('lz4');
    expect(arrayOf(message, 'image').shape).to.deep.equal([48, 64]);
  });

  it('applies a new configuration on the same port, under a new header', async () => {
    const running = await start({});
    const receiver = await subscribe(running.address);
    const before = (await receiver.receive())!;
    const changesBefore = running.counters.headerChanges;
    running.update({ ...small, rotate: 1 });
    const after = await receiveUntil(receiver, (message) => message.hash !== before.hash);
    expect(after.formatChanged).to.equal(true);
    expect(arrayOf(after, 'image').shape).to.deep.equal([64, 48]);
    expect([numberIn(after, 'width'), numberIn(after, 'height')]).to.deep.equal([48, 64]);
    expect(arrayOf(after, 'x_axis').data.length).to.equal(48);
    expect(running.counters.headerChanges).to.equal(changesBefore + 1);
    running.update({ ...small, rotate: 1, _note: 'nothing visible' });
    const next = await receiveUntil(receiver, () => running.counters.headerChanges === changesBefore + 2);
    expect(next.hash).to.equal(after.hash);
    receiver.close();
    expect((await running.request('geometry')).geometry).to.deep.equal([48, 64]);
  });

  it('keeps the old configuration when the new one cannot be applied, and says so', async () => {
    const running = await start({});
    const receiver = await subscribe(running.address);
    running.update({ ...small, roi: [100, 5, 0, 5] });
    running.update({ ...small, dtype: 'float16' });
    const message = await receiveUntil(receiver, () => running.log.length >= 3);
    receiver.close();
    expect(arrayOf(message, 'image').shape).to.deep.equal([48, 64]);
    expect(
      running.log.filter((line) => line.startsWith('The new configuration was not applied')),
    ).to.have.length(2);
  });

  it('changes size, type and kind of image at run time', async () => {
    const running = await start({});
    const receiver = await subscribe(running.address);
    running.update({ ...small, size_x: 30, size_y: 20, dtype: 'int16', image_type: 'static_raw' });
    const isNew =
      (type: string) => (message: { channel(name: string): { definition: { type: string } } | undefined }) =>
        message.channel('image')!.definition.type === type;
    const still = await receiveUntil(receiver, isNew('int16'));
    const again = (await receiver.receive())!;
    expect(arrayOf(still, 'image').shape).to.deep.equal([20, 30]);
    expect(arrayOf(again, 'image').data).to.deep.equal(arrayOf(still, 'image').data);
    running.update({
      ...small,
      size_x: 30,
      size_y: 20,
      dtype: 'uint8',
      image_type: 'static_raw',
      mirror_x: true,
    });
    const changed = await receiveUntil(receiver, isNew('uint8'));
    receiver.close();
    expect(arrayOf(changed, 'image').shape).to.deep.equal([20, 30]);
  });

  it('subtracts the background that the configuration names', async () => {
    const running = await start({ size_x: 8, size_y: 6 });
    const background = arrayValue(new Uint16Array(48).fill(65_535), [6, 8]);
    await new BackgroundStore(running.backgroundFolder).store('dark', background);
    const receiver = await subscribe(running.address);
    const config = { ...small, size_x: 8, size_y: 6 };
    running.update({ ...config, image_background: 'dark', roi: [1, 4, 2, 3] });
    const message = await receiveUntil(receiver, (received) => numberIn(received, 'width') === 4);
    expect(Array.from(arrayOf(message, 'image').data as Uint16Array)).to.deep.equal(new Array(12).fill(0));
    running.update({ ...config, image_background: 'gone' });
    await receiveUntil(receiver, (received) => numberIn(received, 'width') === 8);
    receiver.close();
    expect(running.log).to.include("Requested background 'gone' does not exist.");
  });

  it('says what is wrong with a calibration or a background, and goes on without', async () => {
    const running = await start({ size_x: 8, size_y: 6 });
    const background = arrayValue(new Uint16Array(4), [2, 2]);
    await new BackgroundStore(running.backgroundFolder).store('other', background);
    const receiver = await subscribe(running.address);
    const calibration = { reference_marker: [5, 0, 5, 10] };
    const config = { ...small, size_x: 8, size_y: 6, roi: [0, 5, 0, 6] };
    running.update({ ...config, camera_calibration: calibration, image_background: 'other' });
    const message = await receiveUntil(receiver, (received) => numberIn(received, 'width') === 5);
    receiver.close();
    expect(Array.from(arrayOf(message, 'x_axis').data as Float32Array)).to.deep.equal([5, 4, 3, 2, 1]);
    expect(running.log).to.include.members([
      'Invalid calibration for camera  (x direction)',
      'Invalid background shape for camera : (2, 2)',
    ]);
  });

  it('ends by itself when nobody listens, and takes a new time-out at once', async () => {
    const running = await start({ no_client_timeout: 0 });
    running.update({ ...small, no_client_timeout: 0.1 });
    expect(await running.ended).to.equal(0);
    expect(running.log).to.include('No client connected to the stream for 0.1 seconds. Closing instance.');
  });

  it('hands out the image on request, transformed or raw', async () => {
    const running = await start({ rotate: 1 });
    const receiver = await subscribe(running.address);
    await receiver.receive();
    receiver.close();
    const image = await running.request('image');
    expect(image).to.deep.include({ shape: [64, 48], type: 'uint16', byteLength: 64 * 48 * 2 });
    expect(await running.request('image', { raw: true })).to.deep.include({ shape: [48, 64] });
  });

  it('keeps its books: received = sent + dropped', async () => {
    const running = await start({});
    const receiver = await subscribe(running.address);
    await receiveUntil(receiver, () => running.counters.clients === 1);
    receiver.close();
    await running.stop();
    const { received, sent, dropped, bytesReceived, frameShape } = running.counters;
    expect(sent).to.be.greaterThan(0);
    expect(sent + Object.values(dropped).reduce((a, b) => a + b, 0)).to.equal(received);
    expect(bytesReceived).to.equal(received * 64 * 48 * 2);
    expect(frameShape).to.equal('64x48x2');
  });
});
