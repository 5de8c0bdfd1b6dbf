import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import type { CamClient } from '../../src/client/index.js';
import { CamClient as Client } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue } from '../../src/common/values.js';
import { BackgroundStore } from '../../src/storage/index.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/until.js';
import { SMALL_CAMERA, startCameras, startCameraWorker, type TestManager, type TestWorker } from './rig.js';

const compact = (url: string): string => url.replaceAll(/http|\/|:/g, '');

describe('proxy/camera manager', () => {
  let workers: TestWorker[];
  let cluster: TestManager<CamClient>;
  let port: number;

  before(async () => {
    port = await freePort();
    workers = await Promise.all([startCameraWorker(), startCameraWorker()]);
    const names = ['one', 'two', 'three', 'fixed', 'seen'];
    cluster = await startCameras(workers, {
      ...Object.fromEntries(names.map((name) => [name, { ...SMALL_CAMERA, name }])),
      one: { ...SMALL_CAMERA, name: 'one', alias: 'first', group: 'all' },
      servers: {
        [workers[0]!.url]: { expanding: true },
        [workers[1]!.url]: {
          expanding: true,
          instances: [`fixed:${port}`, '#three:1', 'dark'],
          note: 'kept',
        },
      },
    });
  });

  after(async () => {
    await cluster.close();
    await Promise.all(workers.map((worker) => worker.close()));
  });

  afterEach(() => cluster.client.stopAllInstances());

  const servers = async (): Promise<JsonObject> => (await cluster.proxy.info()).servers as JsonObject;
  const instancesOf = async (worker: number): Promise<unknown> =>
    ((await servers())[workers[worker]!.url] as JsonObject).instances;
  /** The worker that runs an instance, which only has to be one of the idler ones. */
  const workerOf = async (name: string): Promise<TestWorker> => {
    const record = ((await cluster.proxy.info()).active_instances as JsonObject)[name] as JsonObject;
    return workers.find(({ url }) => url === record.host)!;
  };

  it('starts a camera once, spreads further ones, and shows them in all views', async () => {
    const [address, again] = await Promise.all([cluster.client.stream('one'), cluster.client.stream('one')]);
    expect(address)
      .to.match(/^tcp:\/\/127\.0\.0\.1:\d+$/)
      .and.to.equal(again);
    await cluster.client.stream('two');
    expect(await cluster.client.stream('first')).to.equal(address);

    // the figures in both change twice a second
    const info = await until(async () => {
      const [shown, other] = [await cluster.proxy.info(), await cluster.client.info()];
      return isDeepStrictEqual(shown, { ...other, servers: shown.servers }) && shown;
    });
    const active = info.active_instances as Record<string, JsonObject>;
    expect(Object.keys(active)).to.have.members(['one', 'two']);
    expect(active.one).to.include({ stream_address: address, camera_name: 'one' });
    expect((info.servers as JsonObject)[workers[1]!.url]).to.include({ load: 1, state: 'reachable' });
    expect(await cluster.proxy.servers()).to.deep.include({
      servers: workers.map(({ url }) => url),
      load: [1, 1],
    });
    const status = await cluster.proxy.status();
    expect((status[(await workerOf('two')).url] as JsonObject).two).to.include({ camera_name: 'two' });
    expect(await cluster.call('GET', '/api/v1/proxy/info/servers/0/load')).to.include({ ret: 1 });
    const keys = await cluster.call('GET', '/api/v1/proxy/info/active_instances/_keys');
    expect(keys.path).to.equal('active_instances/_keys');
    // in the order of the pool, which of two idle hosts got the first one is chance
    expect(keys.ret).to.have.members(['one', 'two']);
    expect(await cluster.call('GET', '/api/v1/proxy/info/zz')).to.include({ state: 'error', status: "'zz'" });
    const heartbeat = await cluster.call('GET', '/api/v1/cam/heartbeat');
    expect(heartbeat.instances).to.have.members(['one', 'two']);
  });

  it('follows a fixed entry with its port, and passes over a switched-off one', async () => {
    expect(await cluster.client.stream('fixed')).to.equal(`tcp://127.0.0.1:${port}`);
    expect(await instancesOf(1)).to.deep.equal(['fixed']);
    expect(await cluster.client.stream('three')).not.to.contain(':1/');
  });

  it('stops by name, by index and by compact name; listings show it at once', async () => {
    for (const stop of [
      () => cluster.proxy.stopInstance('one'),
      () => cluster.proxy.deleteInstance('one'),
      () => cluster.client.stopInstance('one'),
      (index: number) => cluster.proxy.stopServer(index),
      (index: number) => cluster.proxy.stopServer(index - 2),
      (index: number) => cluster.proxy.stopServer(compact(workers[index]!.url)),
    ]) {
      await cluster.client.stream('one');
      const index = workers.indexOf(await workerOf('one'));
      expect(await instancesOf(index)).to.deep.equal(['one']);
      await stop(index);
      expect(await instancesOf(index)).to.deep.equal([]);
    }
    expect(await cluster.call('DELETE', '/api/v1/proxy/nothing')).to.include({
      state: 'ok',
      status: "Instance 'nothing' stopped.",
    });
    expect((await cluster.call('DELETE', '/api/v1/proxy/server/x')).status).to.equal(
      "invalid literal for int() with base 10: 'x'",
    );
    expect((await cluster.call('DELETE', '/api/v1/proxy/server/7')).status).to.equal(
      'list index out of range',
    );
  });

  it('asks a worker about cameras that do not run', async () => {
    expect(await cluster.client.onlineStatus('seen')).to.deep.equal({
      online: true,
      status: 'Camera seen is online.',
    });
    expect(await cluster.client.geometry('seen')).to.deep.equal([64, 48]);
    expect((await cluster.client.image('seen')).shape).to.deep.equal([48, 64]);
    expect((await cluster.client.image('seen', { raw: true })).shape).to.deep.equal([48, 64]);
    expect((await cluster.client.picture('seen', { raw: true })).subarray(1, 4).toString()).to.equal('PNG');
    expect((await cluster.call('GET', '/api/v1/cam/none/is_online')).status).to.contain("config 'none'");
    expect((await cluster.call('GET', '/api/v1/cam/none')).status).to.contain("Unable to load config 'none'");
    expect((await cluster.proxy.info()).active_instances).to.deep.equal({});
  });

  it('hands a saved configuration to the worker that runs the camera, and deletes it everywhere', async () => {
    await cluster.client.saveConfig('four', SMALL_CAMERA);
    await cluster.client.stream('four');
    await cluster.client.saveConfig('four', { ...SMALL_CAMERA, roi: [0, 32, 0, 16] });
    const worker = new Client((await workerOf('four')).url);
    expect((await worker.config('four')).roi).to.deep.equal([0, 32, 0, 16]);
    await until(async () => {
      const info = (await cluster.proxy.info()).active_instances as Record<string, JsonObject>;
      return String(info.four?.camera_geometry) === '32,16';
    });
    await cluster.client.deleteConfig('four');
    expect(await worker.configNames()).not.to.include('four');
    expect((await cluster.client.info()).active_instances).to.have.keys('four');
    expect((await cluster.call('DELETE', '/api/v1/cam/four/config')).status).to.equal(
      "Config 'four' does not exist.",
    );
  });

  it('sends background and script before the start, and only once', async () => {
    const backgrounds = new BackgroundStore(join(cluster.folder, '..', 'backgrounds'));
    await backgrounds.store(
      'dark_20250101_000000_000000',
      arrayValue(
        Uint16Array.from({ length: 64 * 48 }, () => 7),
        [48, 64],
      ),
    );
    await cluster.client.saveConfig('dark', { ...SMALL_CAMERA, image_background: true });
    await cluster.client.stream('dark');
    const { folder, url } = await workerOf('dark');
    const file = join(folder, 'backgrounds', 'dark_20250101_000000_000000.npy');
    const { mtimeMs, ino } = statSync(file);
    const worker = new Client(url);
    expect((await worker.config('dark')).image_background).to.equal('dark_20250101_000000_000000');
    expect((await cluster.client.config('dark')).image_background).to.equal(true);
    await cluster.client.stopInstance('dark');
    await cluster.client.stream('dark');
    expect(statSync(file)).to.include({ mtimeMs, ino });
  });

  it('stores scripts on all workers, and deletes them there', async () => {
    const source = Buffer.from('def process_image():\n    pass\n');
    await cluster.client.storeScript('source.py', source);
    const files = workers.map(({ folder }) => join(folder, 'scripts', 'source.py'));
    expect(files.map((file) => readFileSync(file, 'utf8'))).to.deep.equal([String(source), String(source)]);
    expect(await cluster.client.scripts()).to.deep.equal(['source.py']);
    await cluster.client.deleteScript('source.py');
    expect(files.some((file) => existsSync(file))).to.equal(false);
  });

  it('serves logs of workers and instances, also where the Python client looks for them', async () => {
    await cluster.client.stream('one');
    for (const path of ['/api/v1/proxy/server/logs/0', '/api/v1/server/logs/0']) {
      const answer = await cluster.call('GET', path);
      expect(answer.status).to.equal('Server logs.');
      expect(answer.logs).to.be.an('array');
    }
    const name = compact(workers[0]!.url);
    const path = `/api/v1/proxy/server/instance/logs/${name}/one`;
    expect((await cluster.call('GET', path)).logs).to.be.an('array');
    const text = await fetch(`${cluster.url}/api/v1/proxy/server/logs/${name}/txt`);
    expect(text.headers.get('content-type')).to.contain('text/plain');
    expect((await cluster.call('GET', '/api/v1/proxy/server/logs/9/txt')).state).to.equal('error');
  });

  it('tells the state of an instance in a few fields', async () => {
    expect(await cluster.proxy.diagnostics('one')).to.deep.equal({
      status: 'inactive',
      permanent: false,
      databuffer: 'invalid',
    });
    expect(await cluster.proxy.diagnostics('none')).to.include({ status: 'invalid' });
    await cluster.client.stream('one');
    await cluster.client.info();
    expect(await cluster.proxy.diagnostics('one')).to.include({
      status: 'active',
      clients: 0,
      forwards: null,
      mode: 'PUB',
    });
    expect(await cluster.call('GET', '/api/v1/proxy/diag/one/status')).to.include({
      status: 'Nested diag.',
      name: 'one',
      path: 'status',
      ret: 'active',
    });
  });

  it('keeps stored configurations as texts, unvalidated', async () => {
    expect((await cluster.call('POST', '/api/v1/proxy/raw/config', {})).config).to.deep.equal({
      name: 'raw',
    });
    expect(await cluster.call('GET', '/api/v1/proxy/raw/config')).to.include({
      status: 'raw configuration retrieved.',
      config: '{\n "name": "raw"\n}',
    });
    expect(await cluster.proxy.configNames()).to.include('raw');
    await cluster.proxy.deleteNamedConfig('raw');
    expect((await cluster.call('DELETE', '/api/v1/proxy/raw/config')).status).to.match(
      /^\[Errno 2\] No such file or directory: '.*raw\.json'$/,
    );
    const refused = await cluster.call('POST', '/api/v1/proxy/servers/config', {});
    expect(refused.status).to.contain("No configuration can be called 'servers'");
  });

  it('changes the pool at run time, refuses what is wrong, and keeps keys it does not know', async () => {
    const pool = await cluster.proxy.config();
    const [first, second] = workers.map(({ url }) => url) as [string, string];
    expect(pool[second]).to.include({ note: 'kept' });
    await cluster.proxy.saveConfig({ ...pool, [first]: { enabled: false } });
    expect((await cluster.proxy.servers()).servers).to.deep.equal([second]);
    expect(cluster.manager.view.disabled().map(({ address }) => address)).to.deep.equal([first]);
    await cluster.client.stream('one');
    expect(await instancesOf(1)).to.deep.equal(['one']);
    const wrong = await cluster.call('POST', '/api/v1/proxy/config', { [first]: { enabled: 'yes' } });
    expect(wrong.status).to.contain("'enabled' must be true or false");
    const added = await startCameraWorker();
    await cluster.proxy.saveConfig({ ...pool, [added.url]: {} });
    await until(async () => ((await servers())[added.url] as JsonObject).load === 0);
    await cluster.proxy.saveConfig(pool);
    expect(Object.keys(await servers())).to.have.members([first, second]);
    await added.close();
    const text = readFileSync(join(cluster.folder, 'servers.json'), 'utf8');
    expect(text).to.match(/^\{\n {4}"http/);
    expect(Object.keys(JSON.parse(text))).to.deep.equal([first, second].sort());
  });

  it('refuses with the reasons when every server is full', async () => {
    const pool = await cluster.proxy.config();
    const full = Object.fromEntries(Object.keys(pool).map((url) => [url, { max_instances: 1 }]));
    await cluster.proxy.saveConfig(full);
    await Promise.all([cluster.client.stream('one'), cluster.client.stream('two')]);
    const answer = await cluster.call('GET', '/api/v1/cam/three');
    expect(answer).to.include({ code: 200, state: 'error' });
    expect(answer.status).to.match(/^No available server: .* has 1 of at most 1 instances/);
    await cluster.proxy.saveConfig(pool);
  });

  it('explains where a camera would go', async () => {
    const query = { instance: null, configuration: 'fixed', config: null, originAddress: null };
    const explained = await cluster.manager.view.explain(query);
    expect(explained).to.include({ server: workers[1]!.url, rule: 'fixed', port });
    expect(explained.explanation[0]).to.equal('running: it runs nowhere');
    expect(explained.candidates).to.have.lengthOf(2);
  });
});
