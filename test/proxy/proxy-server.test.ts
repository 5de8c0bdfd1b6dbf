import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { CamClient, PipelineClient, ProxyClient } from '../../src/client/index.js';
import { formatJson, type JsonObject } from '../../src/common/json.js';
import { startCameraProxy, startPipelineProxy } from '../../src/proxy/proxy-server.js';
import { PIPELINE_DEFAULTS } from '../../src/worker/defaults.js';
import { startPipelineServer } from '../../src/worker/server.js';
import { freePortRange } from '../support/ports.js';
import { SMALL_CAMERA } from './rig.js';

const LOCAL = { port: 0, interface: '127.0.0.1', hostname: '127.0.0.1', logLevel: 'CRITICAL' } as const;

describe('proxy/proxies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const closers: (() => Promise<void>)[] = [];
  let cameras: CamClient;
  let pipelines: PipelineClient;
  let pipelineServers: string[];

  const path = (name: string): string => join(folder, name);
  const opened = <S extends { close(): Promise<void> }>(server: S): S => {
    closers.unshift(() => server.close());
    return server;
  };

  before(async () => {
    for (const name of ['cameras', 'pipelines', 'backgrounds', 'scripts']) mkdirSync(path(name));
    const write = (name: string, content: JsonObject): void =>
      writeFileSync(path(`${name}.json`), formatJson(content, 1));
    write('cameras/CAM', { ...SMALL_CAMERA, name: 'CAM', alias: 'eye' });
    write('pipelines/cam_sp', { name: 'cam_sp', camera_name: 'CAM' });
    write('pipelines/permanent_instances', { cam_sp: 'cam_sp' });
    const shared = { backgroundFolder: path('backgrounds'), scriptFolder: path('scripts'), spares: 0 };
    const common = { ...LOCAL, ...shared, onReset: () => {} };
    const cameraServers = await Promise.all(
      [1, 2].map(async () =>
        startCameraServer({
          ...common,
          portRange: await freePortRange(10),
          mode: 0,
          configFolder: path('cameras'),
          ipcFolder: folder,
          defaults: CAMERA_DEFAULTS,
        }),
      ),
    );
    const front = {
      ...LOCAL,
      updateTimeout: 2000,
      clientTimeout: 100_000,
      pollInterval: 200,
      onReset: () => {},
    };
    const urls = (servers: readonly { url: string }[]): string => servers.map(({ url }) => url).join(',');
    cameraServers.forEach(opened);
    const cameraProxy = opened(
      await startCameraProxy({ ...front, configFolder: path('cameras'), servers: urls(cameraServers) }),
    );
    const servers = await Promise.all(
      [1, 2].map(async () =>
        startPipelineServer({
          ...common,
          portRange: await freePortRange(10),
          cameraServer: cameraProxy.url,
          configFolder: path('pipelines'),
          defaults: PIPELINE_DEFAULTS,
          sharedReadOnly: false,
        }),
      ),
    );
    servers.forEach(opened);
    pipelineServers = servers.map(({ url }) => url);
    const pipelineProxy = opened(
      await startPipelineProxy({
        ...front,
        configFolder: path('pipelines'),
        servers: urls(servers),
        backgroundFolder: path('backgrounds'),
        cameraServer: cameraProxy.url,
      }),
    );
    cameras = new CamClient(cameraProxy.url);
    pipelines = new PipelineClient(pipelineProxy.url);
  });

  after(async () => {
    for (const close of closers) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hostOf = async (id: string): Promise<unknown> =>
    ((await pipelines.info()).active_instances as Record<string, JsonObject>)[id]?.host;

  it('starts a camera on one of the servers, and passes questions and changes on', async () => {
    expect(await cameras.cameras()).to.deep.equal(['CAM']);
    expect(await cameras.onlineStatus('CAM')).to.include({ online: true });
    expect(await cameras.stream('eye')).to.equal(await cameras.stream('CAM'));
    expect(await cameras.geometry('CAM')).to.deep.equal([64, 48]);
    await cameras.saveConfig('CAM', { ...SMALL_CAMERA, roi: [0, 32, 0, 16] });
    expect((await cameras.config('CAM')).roi).to.deep.equal([0, 32, 0, 16]);
    const active = (await cameras.info()).active_instances as Record<string, JsonObject>;
    expect((active.CAM!.config as JsonObject).roi).to.deep.equal([0, 32, 0, 16]);
    await cameras.storeScript('source.py', Buffer.from('x = 1\n'));
    expect(await cameras.script('source.py')).to.equal('x = 1\n');
    await cameras.deleteScript('source.py');
    expect(await cameras.scripts()).to.deep.equal([]);
  });

  it('creates pipelines on the first server, and balances only streams by id', async () => {
    await pipelines.createFromName('cam_sp', { instanceId: 'one' });
    await pipelines.createFromConfig({ camera_name: 'CAM' }, 'two');
    expect([await hostOf('one'), await hostOf('two')]).to.deep.equal([
      pipelineServers[0],
      pipelineServers[0],
    ]);
    await pipelines.stream('cam_sp');
    expect(await hostOf('cam_sp')).to.equal(pipelineServers[1]);
    expect(await pipelines.changeInstanceConfig('cam_sp', { image_threshold: 4 })).to.include({
      image_threshold: 4,
    });
    expect(await pipelines.exitCode('cam_sp')).to.equal(null);
    await pipelines.stopAllInstances();
    expect((await pipelines.info()).active_instances).to.deep.equal({});
    expect(await pipelines.exitCode('cam_sp')).to.equal(null);
  });

  it('shows the permanent list, but does not pretend to keep anything running', async () => {
    const proxy = new ProxyClient(pipelines.address);
    expect(await proxy.permanentInstances()).to.deep.equal({ cam_sp: 'cam_sp' });
    const refused = await proxy.savePermanentInstances({}).catch((error) => String(error.message));
    expect(refused).to.equal('Not implemented: a proxy keeps no instances running. Use a manager.');
    expect(await proxy.diagnostics('cam_sp')).to.deep.equal({ status: 'inactive', permanent: false });
  });
});
