import { expect } from 'chai';
import { managerExtension } from '../../../src/cli/server-extension.js';
import type { JsonObject } from '../../../src/common/json.js';
import { parseNpy } from '../../../src/common/npy.js';
import { viewPath } from '../../../src/console/live-protocol.js';
import { startPipelineManager } from '../../../src/proxy/pipeline-manager-server.js';
import { until } from '../../support/until.js';
import { HEIGHT, LIVE, type LiveStage, openLiveStage, WIDTH } from './live-stage.js';

describe('pictures of the live view', () => {
  let stage: LiveStage;

  before(async () => {
    stage = await openLiveStage();
  });

  after(() => stage.close());

  afterEach(() => stage.endViews());

  it('shows the pixels of the stream, with profiles and fits, reduced to the screen', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view', region: [8, 4, 40, 20], width: 16, height: 16, rate: 25 });
    // of those that come after it only four are kept
    const frame = await viewer.unacknowledged();
    expect(frame.header.image!.factor).to.equal(2);
    const { image, arrays, scalars, pulse_id } = frame.header;
    expect(image!.plane).to.deep.equal({ width: 16, height: 8, type: 'uint16', low: 0, scale: 1 });
    expect(image).to.deep.include({ width: WIDTH, height: HEIGHT, region: [8, 4, 40, 20] });
    const path = `${stage.server.url}${LIVE}`;
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
    const { statistics } = await stage.instanceRecord(({ viewers }) => viewers === 1);
    expect((statistics as JsonObject).clients).to.equal(0);
  });

  it('keeps a frozen picture for downloads as PNG, NPY and JSON', async () => {
    const viewer = stage.look(LIVE);
    await viewer.text('hello');
    viewer.send({ type: 'view', rate: 25 });
    const { pulse_id, frame } = (await viewer.unacknowledged()).header;
    viewer.send({ type: 'hold', pulse_id });
    expect(await viewer.text('held')).to.include({ pulse_id, held: true });
    viewer.send({ type: 'ack', frame });
    for (let count = 0; count < 6; count += 1) await viewer.frame();
    const path = `${stage.server.url}${LIVE}/frame?pulse_id=${pulse_id}`;
    const png = await fetch(`${path}&format=png`);
    expect(png.headers.get('content-type')).to.equal('image/png');
    const scalars = (await (await fetch(`${path}&format=json`)).json()) as JsonObject;
    expect(scalars.pulse_id).to.equal(pulse_id);
    viewer.send({ type: 'hold', pulse_id: 1 });
    expect(await viewer.text('held')).to.include({ pulse_id: 1, held: false });
    const gone = await fetch(`${stage.server.url}${LIVE}/frame?pulse_id=1`);
    expect(gone.status).to.equal(422);
    expect(((await gone.json()) as JsonObject).code).to.equal('FRAME_GONE');
  });

  it('describes a message without taking it from anybody', async () => {
    const path = `${stage.server.url}${LIVE}/message?elements=3`;
    const { channels, pulse_id } = (await (await fetch(path)).json()) as JsonObject;
    expect(pulse_id).to.be.a('number');
    const image = (channels as JsonObject[]).find(({ name }) => name === 'image')!;
    expect(image).to.deep.include({ type: 'uint16', shape: [WIDTH, HEIGHT], elements: WIDTH * HEIGHT });
    expect(image.value).to.have.length(3);
  });

  it('shows cameras, also through the pipeline server', async () => {
    for (const base of [stage.cameras.url, stage.server.url]) {
      const viewer = stage.look(viewPath('cameras', 'beam'), base);
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
      configFolder: stage.state,
      backgroundFolder: stage.state,
      scriptFolder: stage.state,
      servers: stage.server.url,
      updateTimeout: 2000,
      clientTimeout: 100_000,
      pollInterval: 100,
      registrationSecret: null,
      restartFrozen: false,
      logLevel: 'CRITICAL',
      onReset: () => {},
      cameraServer: stage.cameras.url,
      sharedReadOnly: false,
      backgroundDaysToLive: -1,
      extend: (context) =>
        managerExtension(context, {
          cameraServer: stage.cameras.url,
          foundation: stage.foundation('manager'),
        }),
    });
    try {
      const path = `${manager.url}${LIVE}`;
      await until(async () => (await fetch(`${path}/message`)).status === 200);
      for (const cluster of ['pipelines', 'cameras'] as const) {
        const viewer = stage.look(viewPath(cluster, cluster === 'cameras' ? 'beam' : 'live'), manager.url);
        await viewer.text('hello');
        viewer.send({ type: 'view', width: 32, height: 32 });
        expect((await viewer.frame()).header.image).to.include({ factor: 2 });
        expect((await viewer.frame()).header.frame).to.equal(2);
      }
      await stage.instanceRecord(({ viewers }) => viewers === 1, manager.url);
      stage.look(LIVE);
      await stage.instanceRecord(({ viewers }) => viewers === 2, manager.url);
    } finally {
      await manager.close();
    }
  });
});
