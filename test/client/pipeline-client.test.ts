/**
 * The client against the real routes. What concerns files is answered by the real stores, instances by a service that
 * tells what it was asked.
 */
import { expect } from 'chai';
import { PipelineClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { Logging } from '../../src/common/logging.js';
import { arrayValue } from '../../src/common/values.js';
import { commonRoutes } from '../../src/http/index.js';
import {
  BackgroundStore,
  type ConfigurationStore,
  FileConfigurationStore,
  LibraryStore,
  ScriptStore,
} from '../../src/storage/index.js';
import { PIPELINE_BASE, pipelineRoutes } from '../../src/worker/routes.js';
import type { PipelineService } from '../../src/worker/service.js';
import { closeServers, serve } from '../http/support.js';
import { failure, removeTemporaryFolders, temporaryFolder } from '../storage/support.js';

interface World {
  readonly client: PipelineClient;
  readonly configurations: ConfigurationStore;
  /** Calls that concern instances, with their parameters. */
  readonly calls: unknown[][];
}

async function start(): Promise<World> {
  const folder = await temporaryFolder();
  const configurations = new FileConfigurationStore(folder);
  const backgrounds = new BackgroundStore(folder);
  const scripts = new ScriptStore(folder);
  const libraries = new LibraryStore(folder);
  const calls: unknown[][] = [];
  const asked =
    <T>(name: string, result: T) =>
    async (...parameters: unknown[]): Promise<T> => {
      calls.push([name, ...parameters.filter((parameter) => !isOriginOrSignal(parameter))]);
      return result;
    };
  const created = { instanceId: 'id', stream: 'tcp://h:1', config: { a: 2 } };
  const service: PipelineService = {
    info: asked('info', { version: 'x' }),
    heartbeatInstances: asked('heartbeat', {}),
    stopAll: asked('stopAll', undefined),
    stop: asked('stop', undefined),
    delete: asked('delete', undefined),
    configNames: () => configurations.names(),
    createFromConfig: asked('createFromConfig', created),
    createFromName: asked('createFromName', created),
    streamOfInstance: asked('streamOfInstance', 'tcp://h:2'),
    streamFromConfig: asked('streamFromConfig', created),
    instanceInfo: asked('instanceInfo', { is: 'info' }),
    instanceConfig: asked('instanceConfig', { is: 'config' }),
    updateInstanceConfig: asked('updateInstanceConfig', { is: 'changed' }),
    exitCode: asked('exitCode', 2),
    groups: asked('groups', { G: ['a'] }),
    config: (name) => configurations.get(name),
    saveConfig: (name, config) => configurations.put(name, config),
    deleteConfig: async (name) => void (await configurations.delete(name)),
    cameras: asked('cameras', ['CAM']),
    collectBackground: asked('collectBackground', 'CAM_1'),
    latestBackground: (camera) => backgrounds.latest(camera),
    backgrounds: (camera) => backgrounds.list(camera),
    backgroundImage: (name) => backgrounds.load(name),
    storeBackground: (name, image) => backgrounds.store(name, image),
    scripts: () => scripts.names(),
    script: (name) => scripts.read(name),
    storeScript: (name, content) => scripts.store(name, content),
    deleteScript: (name) => scripts.delete(name),
    libraries: () => libraries.names(),
    library: (name) => libraries.read(name),
    storeLibrary: (name, content) => libraries.store(name, content),
    deleteLibrary: (name) => libraries.delete(name),
    instanceLogs: async () => [['time', 'logger', 'INFO', 'message']],
  };
  const logging = new Logging({ destination: null });
  const { url } = await serve([
    ...pipelineRoutes(service),
    ...commonRoutes({
      base: PIPELINE_BASE,
      title: 'Test',
      serverLog: logging.ring,
      log: logging.logger('cam_server'),
      instanceLog: (name) => service.instanceLogs(name),
      activeInstances: async () => ({}),
      reset: () => calls.push(['reset']),
    }),
  ]);
  return { client: new PipelineClient(url), configurations, calls };
}

function isOriginOrSignal(value: unknown): boolean {
  return value instanceof AbortSignal || (typeof value === 'object' && value !== null && 'address' in value);
}

describe('client/PipelineClient', () => {
  afterEach(async () => {
    await closeServers();
    await removeTemporaryFolders();
  });

  it('creates instances and finds their streams', async () => {
    const { client, calls } = await start();
    const created = { instanceId: 'id', stream: 'tcp://h:1', config: { a: 2 } };
    expect(await client.createFromConfig({ a: 1 }, 'my id')).to.deep.equal(created);
    expect(await client.createFromConfig({ a: 1 })).to.deep.equal(created);
    expect(await client.createFromName('a b', { instanceId: 'c', changes: { d: 'e&f' } })).to.deep.equal(
      created,
    );
    expect(await client.streamFromConfig({ g: null })).to.deep.equal(created);
    expect(await client.stream('x')).to.equal('tcp://h:2');
    expect(calls).to.deep.equal([
      ['createFromConfig', { a: 1 }, 'my id'],
      ['createFromConfig', { a: 1 }, null],
      ['createFromName', 'a b', 'c', { d: 'e&f' }],
      ['streamFromConfig', { g: null }],
      ['streamOfInstance', 'x'],
    ]);
  });

  it('asks and changes instances, and stops them', async () => {
    const { client, calls } = await start();
    expect(await client.instanceInfo('x')).to.deep.equal({ is: 'info' });
    expect(await client.instanceConfig('x')).to.deep.equal({ is: 'config' });
    expect(await client.changeInstanceConfig('x', { b: 1 })).to.deep.equal({ is: 'changed' });
    expect(await client.exitCode('x')).to.equal(2);
    expect(await client.info()).to.deep.equal({ version: 'x' });
    await client.stopInstance('x');
    await client.deleteInstance('x');
    await client.stopAllInstances();
    expect(calls.map(([name]) => name)).to.deep.equal([
      'instanceInfo',
      'instanceConfig',
      'updateInstanceConfig',
      'exitCode',
      'info',
      'stop',
      'delete',
      'stopAll',
    ]);
  });

  it('keeps configurations', async () => {
    const { client, configurations } = await start();
    const config: JsonObject = { camera_name: 'CAM', image_threshold: 10 };
    expect(await client.saveConfig('p', config)).to.deep.equal({ ...config, name: 'p' });
    expect(await client.config('p')).to.deep.equal(await configurations.get('p'));
    expect(await client.pipelines()).to.deep.equal(['p']);
    expect(await client.configNames()).to.deep.equal(['p']);
    await client.deleteConfig('p');
    expect((await failure(client.config('p'))).message).to.match(
      /^Unable to load config 'p'\. Config file '/,
    );
    expect(await client.groups()).to.deep.equal({ G: ['a'] });
    expect(await client.cameras()).to.deep.equal(['CAM']);
  });

  it('stores and reads backgrounds without loss', async () => {
    const { client } = await start();
    const image = arrayValue(Uint16Array.of(0, 10, 13, 26, 92, 65535), [2, 3]);
    await client.storeBackground('CAM_20250101_000000_000000', image);
    expect(await client.backgroundImage('CAM_20250101_000000_000000')).to.deep.equal(image);
    expect(await client.latestBackground('CAM')).to.equal('CAM_20250101_000000_000000');
    expect(await client.backgrounds('CAM')).to.have.length(1);
    const png = await client.backgroundPicture('CAM_20250101_000000_000000', { colormap: 'viridis' });
    expect(png.toString('latin1', 1, 4)).to.equal('PNG');
    expect(await client.collectBackground('CAM', 5)).to.equal('CAM_1');
    expect((await failure(client.backgroundImage('no'))).message).to.equal(
      "Requested background 'no' does not exist.",
    );
  });

  it('stores and reads scripts and libraries, text and binary', async () => {
    const { client } = await start();
    await client.storeScript('s.py', Buffer.from('é'));
    expect(await client.script('s')).to.equal('é');
    expect(await client.scripts()).to.deep.equal(['s.py']);
    await client.deleteScript('s.py');
    for (const [name, bytes] of [
      ['l.py', Buffer.from('é')],
      ['l.egg', Buffer.from([0xff, 0])],
    ] as const) {
      await client.storeLibrary(name, bytes);
      expect(await client.library(name)).to.deep.equal(bytes);
    }
    await client.deleteLibrary('l.egg');
    expect(await client.libraries()).to.deep.equal(['l.py']);
  });

  it('reads logs and resets', async () => {
    const { client, calls } = await start();
    expect((await client.logs())[0]).to.include('Start logging');
    expect(await client.instanceLogs('x')).to.deep.equal([['time', 'logger', 'INFO', 'message']]);
    await client.reset();
    while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(calls).to.deep.equal([['reset']]);
  });

  it('refuses names that would change the path', async () => {
    const { client, calls } = await start();
    for (const name of ['..', 'a/b', '']) {
      expect((await failure(client.stopInstance(name))).message).to.contain('Invalid instance name');
    }
    expect(calls).to.deep.equal([]);
  });
});
