/** What clients of the original trip over when a manager answers otherwise: requests as they send them. */
import { expect } from 'chai';
import type { PipelineClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
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

describe('proxy/clients of the original', () => {
  const closers: (() => Promise<void>)[] = [];
  let cameras: string;
  let pipelines: TestManager<PipelineClient>;
  let worker: TestWorker;

  before(async () => {
    const cameraWorker = await startCameraWorker();
    const cameraManager = await startCameras([cameraWorker], { CAM: { ...SMALL_CAMERA, name: 'CAM' } });
    worker = await startPipelineWorker(cameraManager.url);
    pipelines = await startPipelines([worker], cameraManager.url, {
      cam_sp: { name: 'cam_sp', camera_name: 'CAM', image_good_region: {} },
      servers: { [worker.url]: { expanding: true, unknown: { kept: [1, 2.0] } }, 'http://127.0.0.1:9': {} },
    });
    cameras = cameraManager.url;
    for (const server of [cameraWorker, cameraManager, worker, pipelines])
      closers.unshift(() => server.close());
    await until(async () => {
      const { servers } = await pipelines.client.info();
      const [here, away] = Object.values(servers as Record<string, { state: string }>);
      return here!.state === 'reachable' && away!.state === 'unreachable';
    });
  });

  after(async () => {
    for (const close of closers) await close();
  });

  const fetchText = async (
    path: string,
    init?: RequestInit,
  ): Promise<{ response: Response; text: string }> => {
    const response = await fetch(path.startsWith('http') ? path : pipelines.url + path, init);
    return { response, text: await response.text() };
  };

  it('answers with the spacing that shell recipes cut by, and without a charset', async () => {
    const { response, text } = await fetchText(`${cameras}/api/v1/cam/CAM`);
    expect(text.replace(/.*"stream": "/, '').replace(/".*/, '')).to.match(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(response.headers.get('content-type')).to.equal('application/json');
  });

  it('ignores what a request says it accepts', async () => {
    for (const accept of ['text/html', 'application/octet-stream', 'text/plain']) {
      const { response, text } = await fetchText('/api/v1/proxy/info', { headers: { Accept: accept } });
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(JSON.parse(text)).to.include({ state: 'ok' });
    }
  });

  it('lists a server that is away with an empty list and without a load', async () => {
    const { servers } = await pipelines.client.info();
    expect((servers as JsonObject)['http://127.0.0.1:9']).to.include({
      load: null,
      version: null,
      cpu: null,
    });
    expect(((servers as JsonObject)['http://127.0.0.1:9'] as JsonObject).instances).to.deep.equal([]);
    const columns = await pipelines.proxy.servers();
    expect(columns.load).to.deep.equal([0, 1000]);
    expect(await pipelines.proxy.status()).to.include({ 'http://127.0.0.1:9': null });
  });

  it('creates by name from a request without body and type, and shows every record completely', async () => {
    const { text } = await fetchText('/api/v1/pipeline/cam_sp?instance_id=cam_sp1', {
      method: 'POST',
      headers: { 'Content-Length': '0' },
    });
    expect(JSON.parse(text)).to.include({ state: 'ok', instance_id: 'cam_sp1' });
    await until(async () => {
      const { statistics } = await pipelines.client.instanceInfo('cam_sp1');
      return (statistics as JsonObject).time !== '';
    });
    const record = ((await pipelines.client.info()).active_instances as JsonObject).cam_sp1 as JsonObject;
    expect(record).to.include({
      host: worker.url,
      camera_name: 'CAM',
      read_only: false,
      instance_id: 'cam_sp1',
    });
    expect(record.last_start_time).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d{4}$/);
    const statistics = record.statistics as JsonObject;
    for (const rate of [statistics.rx, statistics.tx]) expect(rate).to.match(/^\d+\.\d\dHz - \d+$/);
    expect(statistics.time).to.match(/^\d\d:\d\d:\d\d$/);
    expect(statistics.pid).to.be.a('string');
  });

  it('gives a running pipeline away only as JSON that strict readers take', async () => {
    const { text } = await fetchText('/api/v1/proxy/info');
    expect(() => JSON.parse(text)).not.to.throw();
    expect(text).not.to.match(/NaN|Infinity/);
  });

  it('merges a change key by key, as Screen Panels send it', async () => {
    const config = await pipelines.client.changeInstanceConfig('cam_sp1', {
      image_good_region: { threshold: 0.4 },
      image_region_of_interest: [0, 32, 0, 16],
    });
    expect(config.image_good_region).to.deep.equal({ threshold: 0.4, gfscale: 1.8 });
    expect((await pipelines.call('POST', '/api/v1/pipeline/instance/cam_sp1/config', {})).status).to.equal(
      'Config updates cannot be empty.',
    );
    const moved = { camera_name: 'OTHER' };
    expect((await pipelines.call('POST', '/api/v1/pipeline/instance/cam_sp1/config', moved)).status).to.equal(
      'Cannot change the camera name on a running instance. Stop the instance first.',
    );
  });

  it('gives a stored configuration as text to the console, and as an object to all others', async () => {
    expect((await pipelines.call('GET', '/api/v1/proxy/cam_sp/config')).config).to.be.a('string');
    expect((await pipelines.call('GET', '/api/v1/pipeline/cam_sp/config')).config).to.include({
      pipeline_type: 'processing',
      camera_name: 'CAM',
    });
  });

  it('keeps unknown keys of the pool when it is posted back whole', async () => {
    const pool = await pipelines.proxy.config();
    await pipelines.proxy.saveConfig(pool);
    expect(await pipelines.proxy.config()).to.deep.equal(pool);
    expect((pool[worker.url] as JsonObject).unknown).to.deep.equal({ kept: [1, 2] });
  });

  it('stores nothing from a body without the type of JSON', async () => {
    for (const path of [
      '/api/v1/proxy/config',
      '/api/v1/proxy/permanent',
      '/api/v1/pipeline/cam_sp/config',
    ]) {
      const before = await pipelines.proxy.config();
      const { response, text } = await fetchText(path, { method: 'POST', body: '{}' });
      expect(response.status).to.equal(200);
      expect(JSON.parse(text).state).to.equal('error');
      expect(await pipelines.proxy.config()).to.deep.equal(before);
    }
    expect((await pipelines.client.config('cam_sp')).camera_name).to.equal('CAM');
  });

  it('does not start anything for a HEAD request', async () => {
    await pipelines.client.stopAllInstances();
    await fetchText('/api/v1/pipeline/instance/cam_sp', { method: 'HEAD' });
    expect((await pipelines.client.info()).active_instances).to.deep.equal({});
  });

  it('forgives a stop of something unknown, and answers in JSON for paths it does not know', async () => {
    expect(await pipelines.call('DELETE', '/api/v1/pipeline/unknown')).to.include({
      state: 'ok',
      status: "Instance 'unknown' stopped.",
    });
    const { response, text } = await fetchText('/api/v1/nothing', { headers: { Accept: 'text/html' } });
    expect(response.status).to.equal(404);
    expect(JSON.parse(text)).to.deep.equal({ state: 'error', status: "Not found: '/api/v1/nothing'" });
  });

  it('counts the servers of the pool for monitoring', async () => {
    const { text } = await fetchText('/metrics');
    expect(text).to.contain('camserver_cluster_servers{state="reachable"} 1');
    expect(text).to.contain('camserver_cluster_servers{state="unreachable"} 1');
    expect(text).to.contain(`camserver_cluster_server_instances{server="${worker.url}"} 0`);
  });
});
