import { expect } from 'chai';
import type { JsonObject } from '../../../../src/common/json.js';
import { freePortRange } from '../../../support/ports.js';
import { until } from '../../../support/until.js';
import { arrayOf, type RunningCamera, receiveUntil, startCamera, subscribe } from '../../support.js';
import { pixelsOf, StreamSource } from './stream-source.js';

/** What may happen to the device of a bsread camera while the camera runs. */
describe('camera/sources/bsread, failures', () => {
  const cameras: RunningCamera[] = [];
  const sources: StreamSource[] = [];

  afterEach(async () => {
    for (const camera of cameras.splice(0)) await camera.stop();
    for (const source of sources.splice(0)) source.close();
  });

  async function start(address: string, config: JsonObject = {}): Promise<RunningCamera> {
    const camera = await startCamera({
      source: '',
      source_type: 'bsread',
      url: address,
      no_client_timeout: 0,
      ...config,
    });
    cameras.push(camera);
    return camera;
  }

  async function open(channel?: string, address?: string): Promise<StreamSource> {
    const source = await StreamSource.opened(channel, address);
    sources.push(source);
    return source;
  }

  it('waits for a device that is not there yet, and goes on when it was restarted', async () => {
    const { from: port } = await freePortRange(1);
    const address = `tcp://127.0.0.1:${port}`;
    const camera = await start(address);
    const receiver = await subscribe(camera.address);
    const first = await open(undefined, address);
    const arriving = receiver.receive();
    await first.sendUntil(1000, arriving);
    const before = (await arriving)!;
    expect(arrayOf(before, 'image').data).to.deep.equal(pixelsOf(Number(before.pulseId), 4, 3));
    first.close();
    const second = await open(undefined, address);
    const returning = receiveUntil(receiver, ({ pulseId }) => pulseId >= 100_000n);
    await second.sendUntil(100_000, returning);
    const after = await returning;
    receiver.close();
    expect(arrayOf(after, 'image').data).to.deep.equal(pixelsOf(Number(after.pulseId), 4, 3));
  });

  it('publishes in order in threaded mode, and stops', async () => {
    const source = await open();
    const camera = await start(source.address, { threaded: true });
    const receiver = await subscribe(camera.address);
    await until(() => camera.counters.clients === 1);
    const pulseIds: bigint[] = [];
    for (const pulseId of [1000, 1001, 999, 1002]) await source.send(pulseId);
    for (let count = 0; count < 3; count += 1) pulseIds.push((await receiver.receive())!.pulseId);
    receiver.close();
    expect(pulseIds).to.deep.equal([1000n, 1001n, 1002n]);
    expect(await camera.stop()).to.equal(0);
  });

  it('stops while the device is silent, buffered or not', async () => {
    const source = await open();
    const camera = await start(source.address, { connections: 2 });
    const buffered = await start(source.address, { connections: 2, buffer_size: 10 });
    expect(await Promise.all([camera.stop(), buffered.stop()])).to.deep.equal([0, 0]);
  });

  it('releases what one connection holds when the others stay silent', async () => {
    const source = await open();
    const camera = await start(source.address, { connections: 2 });
    const receiver = await subscribe(camera.address);
    await until(() => camera.counters.clients === 1);
    await source.send(1000);
    expect((await receiver.receive())!.pulseId).to.equal(1000n);
    receiver.close();
  });

  it('ends with 5 after ten seconds without an image, and with 1 after ten seconds out of step', async () => {
    const [empty, first, second] = [await open(), await open(), await open()];
    const formless = await start(empty.address);
    const askew = await start(first.address, { connections: 2, buffer_size: 4 });
    const patient = await start(second.address, { connections: 2, buffer_size: 4, abort_on_error: false });
    // shared out in turns: every other pulse of one connection is far ahead
    const outOfStep = async (source: StreamSource, camera: RunningCamera): Promise<void> => {
      let isEnded = false;
      void Promise.race([camera.ended, formless.ended.then(() => askew.ended)]).then(() => {
        isEnded = true;
      });
      for (let index = 0; !isEnded; index += 1) {
        await source.send(index % 2 === 0 ? 1000 + index : 500_000 + 3 * index);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await Promise.all([
      empty.sendUntil(1, formless.ended, { empty: true }),
      outOfStep(first, askew),
      outOfStep(second, patient),
    ]);
    expect(await formless.ended).to.equal(5);
    expect(formless.log).to.include.members([
      'Invalid image format.',
      'Invalid image format timeout: stopping instance.',
    ]);
    expect(await askew.ended).to.equal(1);
    expect(askew.log.at(-1)).to.equal('Streams misaligned - aborting');
    expect(await patient.stop()).to.equal(0);
  });
});
