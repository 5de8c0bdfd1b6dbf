import { once } from 'node:events';
import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { viewPath } from '../../../src/console/live-protocol.js';
import { LIVE, type LiveStage, openLiveStage } from './live-stage.js';

describe('live view', () => {
  let stage: LiveStage;

  before(async () => {
    stage = await openLiveStage();
  });

  after(() => stage.close());

  afterEach(() => stage.endViews());

  it('shows the newest frame after each acknowledgement, and never queues', async () => {
    const viewer = stage.look(LIVE);
    expect((await viewer.text('hello')).limits.rate).to.equal(25);
    viewer.send({ type: 'view', rate: 25 });
    const first = await viewer.unacknowledged();
    await stage.passed(first.header.pulse_id, 5);
    expect(viewer.pending).to.equal(0);
    viewer.send({ type: 'ack', frame: first.header.frame });
    const second = await viewer.frame();
    expect(second.header.frame).to.equal(first.header.frame + 1);
    expect(second.header.pulse_id).to.be.greaterThan(first.header.pulse_id + 5);
    expect(second.header.viewers).to.equal(1);
    await stage.instanceRecord(({ viewers }) => viewers === 1);
  });

  it('sends one frame more before it is acknowledged when asked to, and then waits', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view', rate: 25, in_flight: 2 });
    const [first, second] = [await viewer.unacknowledged(), await viewer.unacknowledged()];
    await stage.passed(second.header.pulse_id, 5);
    expect(viewer.pending).to.equal(0);
    viewer.send({ type: 'ack', frame: first.header.frame });
    const third = await viewer.unacknowledged();
    expect(third.header.pulse_id).to.be.greaterThan(second.header.pulse_id + 5);
    viewer.send({ type: 'view', in_flight: 4 });
    expect((await viewer.text('error')).message).to.contain(
      "'in_flight' is 4; it must be a number from 1 to 3",
    );
  });

  it('counts a further window of the same viewer only once', async () => {
    const [viewer, companion] = [stage.look(LIVE), stage.look(`${LIVE}?companion`)];
    for (const window of [viewer, companion]) {
      await window.text('hello');
      window.send({ type: 'view', rate: 25 });
      await window.frame();
    }
    // those of the test before may still be leaving
    let frame = await companion.frame();
    while (frame.header.viewers !== 1) frame = await companion.frame();
    viewer.socket.terminate();
    while (frame.header.viewers !== 0) frame = await companion.frame();
  });

  it('takes a hundred windows, and tells the next who holds the places', async () => {
    await stage.instanceRecord(({ viewers }) => viewers === 0);
    const windows = Array.from({ length: 100 }, () => stage.look(LIVE));
    for (const window of windows) await window.text('hello');
    const late = stage.look(LIVE);
    const closed = once(late.socket, 'close');
    const { code, message } = await late.text('ended');
    expect(code).to.equal('TOO_MANY_VIEWERS');
    expect(message).to.contain('in 100 windows').and.to.contain('anonymous (100)');
    expect((await closed)[0]).to.equal(4503);
    const left = once(windows[0]!.socket, 'close');
    windows[0]!.socket.close();
    await left;
    await stage.instanceRecord(({ viewers }) => viewers === 99);
    await stage.look(LIVE).text('hello');
  });

  it('gives up sharpness before the rate, and says so', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    const view = { type: 'view', width: 50, height: 40, fit: 'outside', rate: 10, channels: [] };
    // the whole image in 8 bits takes 246 kbit/s
    viewer.send({ ...view, bit_rate: 200_000 });
    let frame = await viewer.frame();
    while (frame.header.coarser === null) frame = await viewer.frame();
    expect(frame.header.image!.factor).to.equal(2);
    viewer.send({ ...view, bit_rate: 300_000 });
    while (frame.header.coarser !== null) frame = await viewer.frame();
    expect(frame.header.image!.factor).to.equal(1);
  });

  it('lowers the rate to what the bit rate allows, and says so', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view', rate: 25, bit_rate: 100_000, encoding: 'auto', channels: [] });
    let frame = await viewer.frame();
    while (frame.header.limited === null) frame = await viewer.frame();
    expect(frame.header.limited).to.equal('bit rate');
    expect(frame.header.arrays).to.deep.equal([]);
    frame = await viewer.frame();
    expect(frame.header.image!.plane.type).to.equal('uint8');
  });

  it('pauses, and goes on', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view' });
    await viewer.frame();
    viewer.send({ type: 'view', rate: 0 });
    viewer.send({ type: 'nonsense' });
    expect((await viewer.text('error')).message).to.contain("needs 'type': 'view', 'ack' or 'hold'");
    viewer.send({ type: 'view', rate: 25 });
    await viewer.frame();
  });

  it('refuses what cannot be shown, saying why', async () => {
    const refused = async (path: string) => {
      const { socket } = stage.look(path);
      const [, response] = (await once(socket, 'unexpected-response')) as [
        unknown,
        { statusCode: number } & AsyncIterable<Buffer>,
      ];
      let text = '';
      for await (const chunk of response) text += String(chunk);
      return [response.statusCode, text];
    };
    expect(await refused('/api/v2/view/plants/live')).to.deep.equal([
      404,
      "There is no cluster 'plants'; there are pipelines and cameras.",
    ]);
    expect((await refused('/api/v2/nothing'))[0]).to.equal(404);
    const plain = await fetch(`${stage.server.url}${LIVE}`);
    expect(plain.status).to.equal(426);
    const none = await fetch(`${stage.server.url}${viewPath('pipelines', 'none')}/message`);
    expect([none.status, ((await none.json()) as JsonObject).detail]).to.deep.equal([
      404,
      "Instance 'none' does not exist.",
    ]);
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view', region: [1, 2] });
    expect((await viewer.text('error')).message).to.contain('four numbers [left, top, right, bottom]');
  });

  it('tells viewers that the instance has ended', async () => {
    await stage.server.call('POST', '?instance_id=short', { camera_name: 'beam', no_client_timeout: 0 });
    const viewer = stage.look(viewPath('pipelines', 'short'));
    await viewer.text('hello');
    viewer.send({ type: 'view' });
    await viewer.frame();
    const closed = once(viewer.socket, 'close');
    await stage.server.call('DELETE', '/short');
    expect((await viewer.text('ended')).message).to.match(/ended before it answered|is not running/);
    expect((await closed)[0]).to.equal(4404);
  });
});
