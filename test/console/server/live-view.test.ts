import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { instanceServerExtension, managerExtension } from '../../../src/cli/server-extension.js';
import type { JsonObject } from '../../../src/common/json.js';
import { parseNpy } from '../../../src/common/npy.js';
import { viewPath } from '../../../src/console/live-protocol.js';
import { startPipelineManager } from '../../../src/proxy/pipeline-manager-server.js';
import {
  startTestCameras,
  startTestServer,
  type TestCameras,
  type TestServer,
} from '../../worker/support.js';
import { Viewer } from './viewer.js';

const WIDTH = 64;
const HEIGHT = 48;

describe('live view', () => {
  let cameras: TestCameras;
  let server: TestServer;
  const viewers: Viewer[] = [];
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));
  const testFoundation = (name: string) => ({
    stateFolder: join(state, name),
    securityFile: null,
    serviceToken: null,
  });

  before(async () => {
    const camera = {
      source_type: 'simulation',
      source: 'simulation',
      size_x: WIDTH,
      size_y: HEIGHT,
      frame_rate: 50,
    };
    cameras = await startTestCameras(
      { beam: camera, other: { ...camera, frame_rate: 2 } },
      {
        extend: (parts) =>
          instanceServerExtension(parts, {
            role: 'server',
            cameraServer: null,
            foundation: testFoundation('cameras'),
          }),
      },
    );
    server = await startTestServer({
      cameraServer: cameras.url,
      extend: (parts) =>
        instanceServerExtension(parts, {
          role: 'server',
          cameraServer: cameras.url,
          foundation: testFoundation('pipelines'),
        }),
    });
    await server.call('POST', '?instance_id=live', { camera_name: 'beam', no_client_timeout: 0 });
  });

  after(async () => {
    await server.close();
    await cameras.close();
    rmSync(state, { recursive: true, force: true });
  });

  afterEach(() => {
    for (const viewer of viewers.splice(0)) viewer.socket.terminate();
  });

  function look(path: string, base = server.url): Viewer {
    const viewer = new Viewer(base + path);
    viewers.push(viewer);
    return viewer;
  }

  /** As soon as it is as it should be. */
  async function instanceRecord(
    fits: (record: JsonObject) => boolean,
    base = server.url,
  ): Promise<JsonObject> {
    for (;;) {
      const record = await readRecord(base);
      if (record !== undefined && fits(record)) return record;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function readRecord(base: string): Promise<JsonObject | undefined> {
    const response = await fetch(`${base}/api/v2/snapshot?cluster=pipelines`);
    const { clusters } = (await response.json()) as { clusters: { pipelines: { instances: JsonObject[] } } };
    return clusters.pipelines.instances.find(({ instance }) => instance === 'live');
  }

  it('shows the newest frame after each acknowledgement, and never queues', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
    expect((await viewer.text('hello')).limits.rate).to.equal(25);
    viewer.send({ type: 'view', rate: 25 });
    const first = await viewer.unacknowledged();
    // 50 messages per second pass by meanwhile
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(viewer.pending).to.equal(0);
    viewer.send({ type: 'ack', frame: first.header.frame });
    const second = await viewer.frame();
    expect(second.header.frame).to.equal(first.header.frame + 1);
    expect(second.header.pulse_id).to.be.greaterThan(first.header.pulse_id + 5);
    expect(second.header.viewers).to.equal(1);
    await instanceRecord(({ viewers }) => viewers === 1);
  });

  it('sends one frame more before it is acknowledged when asked to, and then waits', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
    await viewer.text('hello');
    viewer.send({ type: 'view', rate: 25, in_flight: 2 });
    const [first, second] = [await viewer.unacknowledged(), await viewer.unacknowledged()];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(viewer.pending).to.equal(0);
    viewer.send({ type: 'ack', frame: first.header.frame });
    const third = await viewer.unacknowledged();
    expect(third.header.pulse_id).to.be.greaterThan(second.header.pulse_id + 5);
    viewer.send({ type: 'view', in_flight: 4 });
    expect((await viewer.text('error')).message).to.contain(
      "'in_flight' is 4; it must be a number from 1 to 3",
    );
  });

  it('gives up sharpness before the rate, and says so', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
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

  it('shows the pixels of the stream, with profiles and fits, reduced to the screen', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
    await viewer.text('hello');
    viewer.send({ type: 'view', region: [8, 4, 40, 20], width: 16, height: 16, rate: 25 });
    const frame = await viewer.frame();
    expect(frame.header.image!.factor).to.equal(2);
    const { image, arrays, scalars, pulse_id } = frame.header;
    expect(image!.plane).to.deep.equal({ width: 16, height: 8, type: 'uint16', low: 0, scale: 1 });
    expect(image).to.deep.include({ width: WIDTH, height: HEIGHT, region: [8, 4, 40, 20] });
    const path = `${server.url}${viewPath('pipelines', 'live')}`;
    const response = await fetch(`${path}/frame?format=npy&pulse_id=${pulse_id}`);
    expect(response.headers.get('content-disposition')).to.contain(`live_${pulse_id}.npy`);
    const full = parseNpy(new Uint8Array(await response.arrayBuffer()));
    expect(full.shape).to.deep.equal([HEIGHT, WIDTH]);
    const pixel = (x: number, y: number) => Number(full.data[y * WIDTH + x]);
    const plane = new Uint16Array(frame.data.slice(0, 256).buffer);
    const mean = (pixel(8, 4) + pixel(9, 4) + pixel(8, 5) + pixel(9, 5)) / 4;
    expect(plane[0]).to.equal(Math.round(mean));
    const answer = await fetch(`${path}/pixel?pulse_id=${pulse_id}&x=9&y=5`);
    expect(((await answer.json()) as JsonObject).value).to.equal(pixel(9, 5));
    const profile = arrays.find(({ name }) => name === 'x_profile')!;
    expect(profile.shape).to.deep.equal([WIDTH]);
    expect(scalars.x_fit_mean).to.be.a('number');
    const { statistics } = await instanceRecord(({ viewers }) => viewers === 1);
    expect((statistics as JsonObject).clients).to.equal(0);
  });

  it('keeps a frozen picture for downloads as PNG, NPY and JSON', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
    await viewer.text('hello');
    viewer.send({ type: 'view', rate: 25 });
    const { pulse_id } = (await viewer.frame()).header;
    viewer.send({ type: 'hold', pulse_id });
    expect(await viewer.text('held')).to.include({ pulse_id, held: true });
    for (let count = 0; count < 6; count += 1) await viewer.frame();
    const path = `${server.url}${viewPath('pipelines', 'live')}/frame?pulse_id=${pulse_id}`;
    const png = await fetch(`${path}&format=png`);
    expect(png.headers.get('content-type')).to.equal('image/png');
    const scalars = (await (await fetch(`${path}&format=json`)).json()) as JsonObject;
    expect(scalars.pulse_id).to.equal(pulse_id);
    viewer.send({ type: 'hold', pulse_id: 1 });
    expect(await viewer.text('held')).to.include({ pulse_id: 1, held: false });
    const gone = await fetch(`${server.url}${viewPath('pipelines', 'live')}/frame?pulse_id=1`);
    expect(gone.status).to.equal(422);
    expect(((await gone.json()) as JsonObject).code).to.equal('FRAME_GONE');
  });

  it('describes a message without taking it from anybody', async () => {
    const path = `${server.url}${viewPath('pipelines', 'live')}/message?elements=3`;
    const { channels, pulse_id } = (await (await fetch(path)).json()) as JsonObject;
    expect(pulse_id).to.be.a('number');
    const image = (channels as JsonObject[]).find(({ name }) => name === 'image')!;
    expect(image).to.deep.include({ type: 'uint16', shape: [WIDTH, HEIGHT], elements: WIDTH * HEIGHT });
    expect(image.value).to.have.length(3);
  });

  it('shows cameras, also through the pipeline server', async () => {
    for (const base of [cameras.url, server.url]) {
      const viewer = look(viewPath('cameras', 'beam'), base);
      await viewer.text('hello');
      viewer.send({ type: 'view' });
      const { header } = await viewer.frame();
      expect(header.image).to.include({ channel: 'image', width: WIDTH, height: HEIGHT });
      const response = await fetch(`${base}${viewPath('cameras', 'beam')}/frame?format=npy`);
      expect(parseNpy(new Uint8Array(await response.arrayBuffer())).shape).to.deep.equal([HEIGHT, WIDTH]);
    }
  });

  it('shows instances of workers through their manager, which knows all who look at them', async () => {
    const manager = await startPipelineManager({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      configFolder: state,
      backgroundFolder: state,
      scriptFolder: state,
      servers: server.url,
      updateTimeout: 2000,
      clientTimeout: 100_000,
      pollInterval: 100,
      registrationSecret: null,
      restartFrozen: false,
      logLevel: 'CRITICAL',
      onReset: () => {},
      cameraServer: cameras.url,
      sharedReadOnly: false,
      backgroundDaysToLive: -1,
      extend: (context) =>
        managerExtension(context, { cameraServer: cameras.url, foundation: testFoundation('manager') }),
    });
    try {
      const path = `${manager.url}${viewPath('pipelines', 'live')}`;
      let message = await fetch(`${path}/message`);
      while (message.status === 404) message = await fetch(`${path}/message`);
      expect(message.status).to.equal(200);
      for (const cluster of ['pipelines', 'cameras'] as const) {
        const viewer = look(viewPath(cluster, cluster === 'cameras' ? 'beam' : 'live'), manager.url);
        await viewer.text('hello');
        viewer.send({ type: 'view', width: 32, height: 32 });
        expect((await viewer.frame()).header.image).to.include({ factor: 2 });
        expect((await viewer.frame()).header.frame).to.equal(2);
      }
      await instanceRecord(({ viewers }) => viewers === 1, manager.url);
      look(viewPath('pipelines', 'live'));
      await instanceRecord(({ viewers }) => viewers === 2, manager.url);
    } finally {
      await manager.close();
    }
  });

  it('lowers the rate to what the bit rate allows, and says so', async () => {
    const viewer = look(viewPath('pipelines', 'live'));
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
    const viewer = look(viewPath('pipelines', 'live'));
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
      const { socket } = look(path);
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
    const plain = await fetch(`${server.url}${viewPath('pipelines', 'live')}`);
    expect(plain.status).to.equal(426);
    const none = await fetch(`${server.url}${viewPath('pipelines', 'none')}/message`);
    expect([none.status, ((await none.json()) as JsonObject).detail]).to.deep.equal([
      404,
      "Instance 'none' does not exist.",
    ]);
    const viewer = look(viewPath('pipelines', 'live'));
    await viewer.text('hello');
    viewer.send({ type: 'view', region: [1, 2] });
    expect((await viewer.text('error')).message).to.contain('four numbers [left, top, right, bottom]');
  });

  it('tells viewers that the instance has ended', async () => {
    await server.call('POST', '?instance_id=short', { camera_name: 'beam', no_client_timeout: 0 });
    const viewer = look(viewPath('pipelines', 'short'));
    await viewer.text('hello');
    viewer.send({ type: 'view' });
    await viewer.frame();
    const closed = once(viewer.socket, 'close');
    await server.call('DELETE', '/short');
    expect((await viewer.text('ended')).message).to.match(/ended before it answered|is not running/);
    expect((await closed)[0]).to.equal(4404);
  });
});
