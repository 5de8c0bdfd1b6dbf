import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CamClient, PipelineClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue } from '../../src/common/values.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/until.js';
import {
  SMALL_CAMERA,
  startCameras,
  startCameraWorker,
  startPipelines,
  startPipelineWorker,
  type TestManager,
  type TestWorker,
} from './rig.js';

/** Without an end for lack of clients within a test. */
const LASTING = { no_client_timeout: 600 };

describe('proxy/pipeline manager', () => {
  let cameraWorker: TestWorker;
  let cameras: TestManager<CamClient>;
  let workers: TestWorker[];
  let cluster: TestManager<PipelineClient>;
  let port: number;

  before(async () => {
    port = await freePort();
    cameraWorker = await startCameraWorker();
    cameras = await startCameras([cameraWorker], {
      CAM: { ...SMALL_CAMERA, name: 'CAM' },
      OTHER: { ...SMALL_CAMERA, name: 'OTHER' },
    });
    workers = await Promise.all([startPipelineWorker(cameras.url), startPipelineWorker(cameras.url)]);
    cluster = await startPipelines(workers, cameras.url, {
      cam_sp: { ...LASTING, name: 'cam_sp', camera_name: 'CAM', group: 'panels' },
      other_sp: { ...LASTING, name: 'other_sp', camera_name: 'OTHER' },
      fixed_sp: { ...LASTING, name: 'fixed_sp', camera_name: 'CAM' },
      servers: {
        [workers[0]!.url]: { cameras: ['OTHER'] },
        [workers[1]!.url]: { instances: [`fixed_sp:${port}`] },
      },
    });
  });

  after(async () => {
    await cluster.close();
    await Promise.all(workers.map((worker) => worker.close()));
    await cameras.close();
    await cameraWorker.close();
  });

  afterEach(() => cluster.client.stopAllInstances());

  const records = async (): Promise<Record<string, JsonObject>> =>
    (await cluster.client.info()).active_instances as Record<string, JsonObject>;
  const hostOf = async (id: string): Promise<unknown> => (await records())[id]!.host;
  const create = (path: string, body?: unknown) => cluster.call('POST', `/api/v1/pipeline${path}`, body);

  it('creates from a stored configuration, once per id, with the port of a fixed entry', async () => {
    const created = await cluster.client.createFromName('fixed_sp', {
      instanceId: 'mine',
      changes: { image_threshold: 3 },
    });
    expect(created).to.deep.include({ instanceId: 'mine', stream: `tcp://127.0.0.1:${port}` });
    expect(created.config).to.include({ image_threshold: 3, port, camera_name: 'CAM' });
    expect(await hostOf('mine')).to.equal(workers[1]!.url);
    expect((await create('/cam_sp?instance_id=mine')).status).to.equal(
      "Instance with id 'mine' is already present and running. Use another instance_id or stop the current instance if you want to reuse the same instance_id.",
    );
    const info = await cluster.client.instanceInfo('mine');
    expect(info).to.include({ instance_id: 'mine', host: workers[1]!.url, camera_name: 'CAM' });
    expect(await cluster.client.instanceConfig('mine')).to.include({ image_threshold: 3 });
    // a pipeline on the same camera goes to the same server, however loaded
    await cluster.client.createFromName('cam_sp', { instanceId: 'next' });
    expect(await hostOf('next')).to.equal(workers[1]!.url);
  });

  it('places by the camera that additional keys name', async () => {
    await cluster.client.createFromName('cam_sp', { instanceId: 'moved', changes: { camera_name: 'OTHER' } });
    expect(await hostOf('moved')).to.equal(workers[0]!.url);
    expect((await cluster.client.instanceConfig('moved')).camera_name).to.equal('OTHER');
  });

  it('streams by id: one instance for all who ask, created like from its name', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => cluster.client.stream('fixed_sp')));
    expect(new Set(streams)).to.deep.equal(new Set([`tcp://127.0.0.1:${port}`]));
    expect((await records()).fixed_sp).to.include({ read_only: false });
    expect((await cluster.call('GET', '/api/v1/pipeline/instance/none')).status).to.equal(
      "Instance 'none' is not present on server and it is not a saved pipeline name.",
    );
  });

  it('shares instances of equal configurations, read-only', async () => {
    const config = { ...LASTING, camera_name: 'CAM', image_threshold: 5 };
    const [first, second] = await Promise.all([
      cluster.client.streamFromConfig(config),
      cluster.client.streamFromConfig({ image_threshold: 5, camera_name: 'CAM', ...LASTING }),
    ]);
    const third = await cluster.client.streamFromConfig(config);
    expect(new Set([first, second, third].map(({ instanceId }) => instanceId)).size).to.equal(1);
    const other = await cluster.client.streamFromConfig({ ...config, image_threshold: 6 });
    expect(other.instanceId).not.to.equal(first.instanceId);
    const cascade = {
      ...LASTING,
      pipeline_type: 'stream',
      function: 'propagate_stream',
      input_pipeline: 'cam_sp',
    };
    const reader = await cluster.client.streamFromConfig(cascade);
    expect(await cluster.client.streamFromConfig(cascade)).to.deep.include({ instanceId: reader.instanceId });
    const refused = await create(`/instance/${first.instanceId}/config`, { image_threshold: 7 });
    expect(refused.status).to.equal('Cannot set config on a read only instance.');
  });

  it('refuses what a server refuses, with the same texts', async () => {
    expect((await create('')).status).to.equal(
      'You must specify either the pipeline name or the configuration for the pipeline.',
    );
    expect((await create('?instance_id=x', { pipeline_type: 'none' })).status).to.contain(
      "pipeline_type 'none' not present in mapping.",
    );
    expect((await create('?instance_id=x', { camera_name: 'NONE' })).status).to.contain(
      'Camera NONE is not online. Cannot start pipeline.',
    );
    expect((await create('/none')).status).to.contain("Unable to load config 'none'");
    expect((await create('/instance/none/config', { image_threshold: 1 })).status).to.equal(
      "Instance 'none' does not exist.",
    );
    for (const what of ['info', 'config']) {
      expect((await cluster.call('GET', `/api/v1/pipeline/instance/none/${what}`)).status).to.equal(
        "Instance 'none' does not exist.",
      );
    }
    expect((await records()).x).to.equal(undefined);
  });

  it('tells the exit code of an ended instance only', async () => {
    await cluster.client.createFromName('cam_sp', { instanceId: 'ending' });
    expect((await cluster.call('GET', '/api/v1/pipeline/instance/ending/exitcode')).status).to.equal(
      "Instance 'ending' still running.",
    );
    await cluster.client.stopInstance('ending');
    expect(await cluster.client.exitCode('ending')).to.equal(0);
    expect(await cluster.client.exitCode('never')).to.equal(null);
  });

  it('distributes what a change needs before the worker gets it', async () => {
    await cluster.client.createFromName('cam_sp', { instanceId: 'viewer' });
    const image = arrayValue(
      Uint16Array.from({ length: 64 * 48 }, (_, index) => index % 7),
      [48, 64],
    );
    await cluster.client.storeBackground('CAM_20250101_000000_000000', image);
    expect(await cluster.client.latestBackground('CAM')).to.equal('CAM_20250101_000000_000000');
    expect(await cluster.client.latestBackground('viewer')).to.equal('CAM_20250101_000000_000000');
    const config = await cluster.client.changeInstanceConfig('viewer', { image_background_enable: true });
    expect(config.image_background).to.equal('CAM_20250101_000000_000000');
    const holders = workers.filter(({ folder }) =>
      existsSync(join(folder, 'backgrounds', 'CAM_20250101_000000_000000.npy')),
    );
    expect(holders.map(({ url }) => url)).to.deep.equal([await hostOf('viewer')]);
    const missing = await create('/instance/viewer/config', { image_background: 'none' });
    expect(missing.status).to.equal("Requested background 'none' does not exist.");
  });

  it('collects a background and brings it to the workers that use the camera', async () => {
    await cluster.client.createFromName('cam_sp', { instanceId: 'viewer' });
    const id = await cluster.client.collectBackground('CAM', 2);
    const holders = workers.filter(({ folder }) => existsSync(join(folder, 'backgrounds', `${id}.npy`)));
    expect(holders.map(({ url }) => url)).to.deep.equal([await hostOf('viewer')]);
    expect((await cluster.client.backgroundImage(id)).shape).to.deep.equal([48, 64]);
  });

  it('stores configurations and code on all workers, and deletes them there', async () => {
    const direct = workers.map(({ url }) => new PipelineClient(url));
    const onWorkers = (names: (client: PipelineClient) => Promise<string[]>) =>
      Promise.all(direct.map(names));
    await cluster.client.saveConfig('new_sp', { camera_name: 'CAM', image_threshold: 2 });
    await cluster.client.storeScript('mine.py', Buffer.from('x = 1\n'));
    await cluster.client.storeLibrary('mine.csv', Buffer.from('1,2\n'));
    for (const names of await onWorkers((client) => client.configNames())) expect(names).to.include('new_sp');
    expect(await onWorkers((client) => client.scripts())).to.deep.equal([['mine.py'], ['mine.py']]);
    expect(await onWorkers((client) => client.libraries())).to.deep.equal([['mine.csv'], ['mine.csv']]);
    await cluster.client.deleteConfig('new_sp');
    await cluster.client.deleteScript('mine.py');
    await cluster.client.deleteLibrary('mine.csv');
    for (const names of await onWorkers((client) => client.configNames()))
      expect(names).not.to.include('new_sp');
    expect(await onWorkers((client) => client.scripts())).to.deep.equal([[], []]);
    expect(await onWorkers((client) => client.libraries())).to.deep.equal([[], []]);
    expect(await cluster.client.groups()).to.deep.equal({ panels: ['cam_sp'] });
    expect(await cluster.client.cameras()).to.have.members(['CAM', 'OTHER']);
  });

  it('starts the pipelines that one reads from, and refuses cycles', async () => {
    await cluster.client.saveConfig('inner', { ...LASTING, camera_name: 'CAM' });
    await cluster.client.saveConfig('outer', {
      ...LASTING,
      pipeline_type: 'stream',
      function: 'propagate_stream',
      input_pipeline: 'inner',
    });
    await cluster.client.createFromName('outer', { instanceId: 'outer' });
    const running = await records();
    expect(running).to.include.keys('inner', 'outer');
    expect((running.outer!.config as JsonObject).input_stream).to.equal(running.inner!.stream_address);
    await cluster.client.saveConfig('a', { pipeline_type: 'stream', input_pipeline: 'b' });
    await cluster.client.saveConfig('b', { pipeline_type: 'stream', input_pipeline: 'a' });
    const answers = await Promise.all([create('/a?instance_id=a'), create('/b?instance_id=b')]);
    expect(answers.map(({ status }) => status)).to.deep.equal([
      'The pipelines refer to each other in a cycle: a -> b -> a.',
      'The pipelines refer to each other in a cycle: b -> a -> b.',
    ]);
  });

  it('keeps a pipeline that another one is to read from until that one had time to connect, and no longer', async () => {
    await cluster.client.saveConfig('source', { no_client_timeout: 5, camera_name: 'CAM' });
    await cluster.client.saveConfig('endless', { no_client_timeout: 0, camera_name: 'CAM' });
    await cluster.client.saveConfig('reader', {
      ...LASTING,
      pipeline_type: 'stream',
      function: 'propagate_stream',
      input_pipeline: 'source',
      input_pipeline2: 'endless',
    });
    const timeoutOf = async (id: string) => ((await records())[id]?.config as JsonObject)?.no_client_timeout;
    await cluster.client.createFromName('reader', { instanceId: 'reader' });
    expect([await timeoutOf('source'), await timeoutOf('endless')]).to.deep.equal([120, 0]);
    await until(async () => (await timeoutOf('source')) === 5);
    await cluster.proxy.stopInstance('reader');
    await until(async () => !Object.hasOwn(await records(), 'source'));
    expect(await records()).to.have.property('endless');
  });

  it('stores changes of permanent instances, but no order that counts once', async () => {
    await cluster.client.saveConfig('kept', { camera_name: 'CAM', image_good_region: { threshold: 0.5 } });
    await cluster.proxy.savePermanentInstances({ keeper: 'kept', '#off': 'cam_sp', lost: 'nothing' });
    expect(await cluster.proxy.permanentInstances()).to.deep.equal({
      keeper: 'kept',
      '#off': 'cam_sp',
      lost: 'nothing',
    });
    expect((await records()).keeper!.config).to.include({ no_client_timeout: 0 });
    await cluster.client.changeInstanceConfig('keeper', {
      image_good_region: { gfscale: 2.5 },
      reload: true,
    });
    const stored = JSON.parse(readFileSync(join(cluster.folder, 'kept.json'), 'utf8')) as JsonObject;
    expect(stored.image_good_region).to.deep.equal({ threshold: 0.5, gfscale: 2.5 });
    expect(stored).not.to.have.any.keys('reload', 'no_client_timeout', 'port');
    const states = cluster.manager.view.permanent().map(({ name, state }) => [name, state]);
    expect(states).to.deep.equal([
      ['keeper', 'running'],
      ['off', 'disabled'],
      ['lost', 'missing configuration'],
    ]);
    await cluster.proxy.savePermanentInstances({});
    expect((await records()).keeper).to.equal(undefined);
  });
});
