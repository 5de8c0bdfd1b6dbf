import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { freePortRange } from '../support/ports.js';
import { cameraSetups, small } from './camera-setups.js';
import { arrayOf, numberIn, receiveUntil, subscribe } from './support.js';

describe('camera/server', () => {
  const start = cameraSetups();

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
    const { call, server } = await start({}, { CAM: small });
    const { stream } = await call('GET', '/CAM');
    await call('DELETE', '/CAM/config');
    expect((await call('GET', '/CAM')).stream).to.equal(stream);
    const logs = await fetch(`${server.url}/api/v1/logs/instance/CAM/txt`);
    expect(await logs.text()).to.contain('Camera CAM publishes on');
  });
});
