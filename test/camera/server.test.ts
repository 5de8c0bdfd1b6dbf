import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CameraServerOptions, startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { formatJson, type JsonObject, parseJson } from '../../src/common/json.js';
import type { ServiceServer } from '../../src/http/index.js';
import { ChannelAccessPeer } from '../support/channel-access.js';
import { freePortRange } from '../support/ports.js';
import { StreamSource } from './sources/bsread/stream-source.js';
import { arrayOf, numberIn, receiveUntil, subscribe } from './support.js';

const small = { source: '', source_type: 'simulation', size_x: 32, size_y: 24, frame_rate: 50 };

interface Setup {
  readonly server: ServiceServer;
  readonly folder: string;
  call(method: string, path: string, body?: JsonObject): Promise<JsonObject>;
}

describe('camera/server', () => {
  const setups: Setup[] = [];

  afterEach(async () => {
    for (const { server, folder } of setups.splice(0)) {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  async function start(options: Partial<CameraServerOptions> = {}, cameras: Record<string, JsonObject> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    for (const [name, config] of Object.entries(cameras)) {
      writeFileSync(join(folder, `${name}.json`), formatJson(config));
    }
    const server = await startCameraServer({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      portRange: await freePortRange(20),
      mode: 0,
      configFolder: folder,
      backgroundFolder: join(folder, 'backgrounds'),
      scriptFolder: folder,
      ipcFolder: join(folder, 'feeds'),
      defaults: CAMERA_DEFAULTS,
      logLevel: 'CRITICAL',
      spares: 0,
      onReset: () => {},
      ...options,
    });
    const call = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
      const response = await fetch(`${server.url}/api/v1/cam${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: formatJson(body), headers: { 'Content-Type': 'application/json' } }),
      });
      return parseJson(await response.text()) as JsonObject;
    };
    const setup: Setup = { server, folder, call };
    setups.push(setup);
    return setup;
  }

  it('starts a camera once, under its name or alias, and streams', async () => {
    const { call } = await start({}, { CAM: { ...small, alias: ['other name', 7] } });
    const [first, second] = await Promise.all([call('GET', '/CAM'), call('GET', '/other%20name')]);
    expect(first.status).to.equal('Stream address for camera CAM.');
    expect(second.status).to.equal('Stream address for camera other name.');
    expect(second.stream).to.equal(first.stream);
    const receiver = await subscribe(first.stream as string);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(arrayOf(message, 'image').shape).to.deep.equal([24, 32]);

    const info = (await call('GET', '/info')).info as JsonObject;
    expect(Object.keys(info.active_instances as JsonObject)).to.deep.equal(['CAM']);
    const record = (info.active_instances as Record<string, JsonObject>).CAM!;
    expect(record).to.deep.include({
      stream_address: first.stream,
      is_stream_active: true,
      camera_geometry: [32, 24],
      camera_name: 'CAM',
    });
    expect(record.running_ms).to.be.a('number').and.at.least(0);
    expect(record.last_start_time).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d{4}$/);
    expect((record.config as JsonObject).rotate).to.equal(0);
    const heartbeat = (await call('GET', '/heartbeat')).instances as JsonObject;
    expect(heartbeat.CAM).to.include({ camera_name: 'CAM', read_only: null, geometry: null });

    expect(await call('DELETE', '/7')).to.deep.equal({ state: 'ok', status: "Instance '7' stopped." });
    expect(((await call('GET', '/info')).info as JsonObject).active_instances).to.deep.equal({});
  });

  it('lists cameras, aliases, groups and configuration names', async () => {
    const { call, folder } = await start(
      {},
      { A: { ...small, alias: 'first', group: 'G' }, B: { ...small, group: ['G', 'H'] } },
    );
    writeFileSync(join(folder, 'broken.json'), '{');
    expect((await call('GET', '')).cameras).to.deep.equal(['A', 'B', 'broken']);
    expect((await call('GET', '/config_names')).config_names).to.deep.equal(['A', 'B', 'broken']);
    expect((await call('GET', '/aliases')).aliases).to.deep.equal({ first: 'A' });
    expect((await call('GET', '/groups')).groups).to.deep.equal({ G: ['A', 'B'], H: ['B'] });
  });

  it('stores what an instance can run with, and says what else is wrong', async () => {
    const { call, folder } = await start();
    const saved = await call('POST', '/NEW/config', { ...small, _kept: 1, roi: null });
    expect(saved.status).to.equal('Camera NEW configuration saved.');
    expect(saved.config).to.deep.include({ name: 'NEW', roi: null, _kept: 1, source_type: 'simulation' });
    expect(readdirSync(folder)).to.include('NEW.json');
    expect((await call('GET', '/NEW/config')).config).to.deep.equal(saved.config);
    const errors: [string, JsonObject, string][] = [
      ['/NEW', { source_type: 'simulation' }, "'source' not specified in configuration."],
      ['/NEW', { source: '', source_type: 'x' }, "Invalid source_type 'x'."],
      ['/NEW', { source: '', rotate: 'left' }, "Invalid value of 'rotate'"],
      ['/NEW', { source: '', port: 'x' }, "Invalid value of 'port'"],
      ['/info', small, "No camera can be called 'info'"],
    ];
    for (const [path, config, text] of errors) {
      const answer = await call('POST', `${path}/config`, config);
      expect(answer.state).to.equal('error');
      expect(answer.status).to.contain(text);
    }
    expect(await call('DELETE', '/NEW/config')).to.include({ status: 'Camera NEW configuration deleted.' });
    expect((await call('DELETE', '/NEW/config')).status).to.equal("Config 'NEW' does not exist.");
    expect((await call('GET', '/NEW')).status).to.equal(
      `Unable to load config 'NEW'. Config file '${folder}/NEW.json' does not exist.`,
    );
  });

  it('keeps configurations of a worker in memory, and tells so in its errors', async () => {
    const { call } = await start({ configFolder: null });
    expect((await call('GET', '/CAM')).status).to.equal("Unable to load config 'CAM'");
    await call('POST', '/CAM/config', small);
    expect((await call('GET', '/CAM')).state).to.equal('ok');
    expect((await call('GET', '')).cameras).to.deep.equal(['CAM']);
  });

  it('hands a new configuration to the running instance', async () => {
    const { call } = await start({}, { CAM: small });
    const { stream } = await call('GET', '/CAM');
    const receiver = await subscribe(stream as string);
    await call('POST', '/CAM/config', { ...small, rotate: 1 });
    const message = await receiveUntil(receiver, (received) => numberIn(received, 'width') === 24);
    receiver.close();
    expect(arrayOf(message, 'image').shape).to.deep.equal([32, 24]);
    expect((await call('GET', '/CAM')).stream).to.equal(stream);
  });

  it('forgets an instance that nobody uses, and starts it on the same port again', async () => {
    const { call } = await start({}, { CAM: { ...small, no_client_timeout: 0.2 } });
    const { stream } = await call('GET', '/CAM');
    for (;;) {
      const { active_instances: active } = (await call('GET', '/info')).info as JsonObject;
      if (Object.keys(active as JsonObject).length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await call('GET', '/CAM')).stream).to.equal(stream);
    await call('DELETE', '/CAM/del');
  });

  it('gives the next port in mode 3', async () => {
    const { call } = await start({ mode: 3 }, { CAM: small });
    const first = (await call('GET', '/CAM')).stream;
    await call('DELETE', '/CAM');
    expect((await call('GET', '/CAM')).stream).to.not.equal(first);
  });

  it('uses the fixed port, and a file for IPC', async () => {
    const { from: port } = await freePortRange(1);
    const { call, folder } = await start(
      {},
      { FIXED: { ...small, port }, FEED: { ...small, protocol: 'ipc' } },
    );
    expect((await call('GET', '/FIXED')).stream).to.equal(`tcp://127.0.0.1:${port}`);
    const { stream } = await call('GET', '/FEED');
    expect(stream).to.equal(`ipc://${folder}/feeds/cam_server_icp_FEED`);
    const receiver = await subscribe(stream as string);
    expect(arrayOf((await receiver.receive())!, 'image').shape).to.deep.equal([24, 32]);
    receiver.close();
  });

  it('renders an image whether the camera runs or not', async () => {
    const { call, server } = await start({}, { CAM: { ...small, rotate: 1 } });
    const shapeOf = async (): Promise<unknown> =>
      ((await call('GET', '/CAM/image_bytes')).image as JsonObject).shape;
    expect(await shapeOf()).to.deep.equal([32, 24]);
    expect((await call('GET', '/CAM/geometry')).geometry).to.deep.equal([24, 32]);
    const { stream } = await call('GET', '/CAM');
    const receiver = await subscribe(stream as string);
    await receiver.receive();
    receiver.close();
    expect(await shapeOf()).to.deep.equal([32, 24]);
    const png = await fetch(`${server.url}/api/v1/cam/CAM/image?raw&scale=0.5&colormap=viridis`);
    expect(png.headers.get('content-type')).to.equal('image/png');
    const bytes = Buffer.from(await png.arrayBuffer());
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).to.deep.equal([16, 12]);
    const wrong = await call('GET', '/CAM/image?scale=abc');
    expect(wrong.status).to.equal("could not convert string to float: 'abc'");
  });

  it('takes an image of a bsread camera from its IOC while its stream is silent', async () => {
    const peer = new ChannelAccessPeer();
    const source = new StreamSource('CAM:FPICTURE');
    await source.open();
    const environment = { ...process.env };
    try {
      await peer.start([
        ['P:INIT', 'STRING', ['INIT']],
        ['P:WIDTH', 'LONG', [3]],
        ['P:HEIGHT', 'LONG', [1]],
        ['P:FPICTURE', 'SHORT', Int16Array.of(1, 2, 3)],
        ['P:BSREADCONFIG', 'STRING', [source.address]],
      ]);
      Object.assign(process.env, peer.environment);
      const defaults = { ...CAMERA_DEFAULTS, channelAccessTimeout: 100_000 };
      const config = { source: 'P', source_type: 'bsread', mirror_x: true };
      const { call } = await start({ defaults }, { CAM: config });
      expect(await call('GET', '/CAM')).to.include({ state: 'ok' });
      const { image } = await call('GET', '/CAM/image_bytes');
      const { bytes, shape, dtype } = image as JsonObject;
      expect([shape, dtype]).to.deep.equal([[1, 3], '<u2']);
      const pixels = Buffer.from(bytes as string, 'base64');
      expect([0, 2, 4].map((offset) => pixels.readUInt16LE(offset))).to.deep.equal([3, 2, 1]);
    } finally {
      process.env.EPICS_CA_ADDR_LIST = environment.EPICS_CA_ADDR_LIST ?? '';
      process.env.EPICS_CA_AUTO_ADDR_LIST = environment.EPICS_CA_AUTO_ADDR_LIST ?? '';
      source.close();
      await peer.kill();
    }
  });

  it('takes an image of a bsread camera from its stream, running or not', async () => {
    const source = new StreamSource('CAM:FPICTURE');
    await source.open();
    const config = { source: '', source_type: 'bsread', url: source.address, mirror_x: true };
    const { call } = await start({}, { CAM: config, GONE: { ...config, url: 'tcp://127.0.0.1:1' } });
    expect(await call('GET', '/CAM/is_online')).to.include({ online: true });
    expect(await call('GET', '/GONE/is_online')).to.include({ online: false });
    const asked = call('GET', '/CAM/image_bytes');
    await source.send(1);
    const bytes = (image: JsonObject): number[] => {
      const buffer = Buffer.from(image.bytes as string, 'base64');
      return Array.from({ length: 12 }, (_, index) => buffer.readUInt16LE(2 * index));
    };
    const mirrored = [0, 0, 0, 0, 4, 3, 2, 1, 8, 6, 4, 2];
    expect(bytes((await asked).image as JsonObject)).to.deep.equal(mirrored);
    await call('GET', '/CAM');
    await source.send(1);
    for (;;) {
      const { state, image } = await call('GET', '/CAM/image_bytes');
      if (state === 'ok') {
        expect(bytes(image as JsonObject)).to.deep.equal(mirrored);
        break;
      }
    }
    expect((await call('GET', '/CAM/geometry')).geometry).to.deep.equal([4, 3]);
    source.close();
  });

  it('stores backgrounds, and takes the latest one when told so', async () => {
    const { call, server } = await start(
      {},
      { CAM: { ...small, size_x: 3, size_y: 2, image_background: true } },
    );
    const pickled = [
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntc_codecs\nencode\n(Vb\nVlatin1\ntRtR(I1\n(I2\nI3\nt',
      'cnumpy\ndtype\n(Vu2\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbI00\nc_codecs\nencode\n(V\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\nVlatin1\ntRtb.',
    ].join('');
    const name = 'CAM_20250101_000000_000000';
    const response = await fetch(`${server.url}/api/v1/cam/background/${name}/image_bytes`, {
      method: 'PUT',
      body: Buffer.from(pickled, 'latin1'),
    });
    expect(await response.json()).to.include({ state: 'ok', status: `Background image ${name} stored.` });
    const receiver = await subscribe((await call('GET', '/CAM')).stream as string);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(Array.from(arrayOf(message, 'image').data as Uint16Array)).to.deep.equal([0, 0, 0, 0, 0, 0]);
  });

  it('replaces an instance whose source type changed', async () => {
    const { call } = await start({}, { CAM: small });
    await call('GET', '/CAM');
    await call('POST', '/CAM/config', { source: '', source_type: 'script', class: 'custom_source' });
    const receiver = await subscribe((await call('GET', '/CAM')).stream as string);
    expect(arrayOf((await receiver.receive())!, 'image').shape).to.deep.equal([40, 80]);
    receiver.close();
  });

  it('says within seconds that a camera is offline', async () => {
    const { call } = await start({}, { CAM: { source: 'NO-SUCH-PREFIX', source_type: 'bsread' } });
    const text = 'Camera with prefix NO-SUCH-PREFIX is offline';
    const [online, stream] = await Promise.all([call('GET', '/CAM/is_online'), call('GET', '/CAM')]);
    expect(online).to.deep.equal({ state: 'ok', status: text, online: false });
    expect(stream).to.deep.equal({ state: 'error', status: text });
    expect((await call('GET', '/UNKNOWN/is_online')).state).to.equal('error');
  });

  it('keeps a running instance whose configuration was deleted', async () => {
    const { call } = await start({}, { CAM: small });
    const { stream } = await call('GET', '/CAM');
    await call('DELETE', '/CAM/config');
    expect((await call('GET', '/CAM')).stream).to.equal(stream);
    const logs = await fetch(`${setups[0]!.server.url}/api/v1/logs/instance/CAM/txt`);
    expect(await logs.text()).to.contain('Camera CAM publishes on');
  });
});
