import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PipelineClient } from '../../../src/client/index.js';
import { openBuffer } from '../../../src/console/server/buffers/buffer.js';
import { bufferRoutes } from '../../../src/console/server/buffers/buffer-routes.js';
import { managerApi } from '../../../src/proxy/v2/managed.js';
import { standaloneApi } from '../../../src/proxy/v2/standalone.js';
import { until } from '../../support/until.js';
import { startPipelines, startPipelineWorker, type TestManager, type TestWorker } from '../rig.js';
import { call, EventReader } from './support.js';

describe('/api/v2 of a manager', () => {
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));
  const foundation = (name: string) => ({
    stateFolder: join(state, name),
    securityFile: null,
    serviceToken: null,
  });
  let workers: TestWorker[];
  let manager: TestManager<PipelineClient>;
  let api: string;
  const nobody = 'http://127.0.0.1:1';

  before(async () => {
    workers = await Promise.all(
      ['one', 'two'].map((name) =>
        startPipelineWorker(nobody, 0, (parts) =>
          standaloneApi(parts, { role: 'worker', cameraServer: null, foundation: foundation(name) }),
        ),
      ),
    );
    const custom = { pipeline_type: 'custom', function: 'custom_pipeline', no_client_timeout: 0 };
    manager = await startPipelines(
      workers,
      nobody,
      { first: custom, second: custom, permanent_instances: { first: 'first' } },
      {
        logLevel: 'INFO',
        routes: bufferRoutes({ data: openBuffer('simulated')! }),
        extend: (context) => managerApi(context, { cameraServer: null, foundation: foundation('manager') }),
      },
    );
    api = `${manager.url}/api/v2`;
  });
  after(async () => {
    await manager.close();
    await Promise.all(workers.map((worker) => worker.close()));
    rmSync(state, { recursive: true, force: true });
  });

  const snapshot = async () => (await call('GET', `${api}/snapshot`)).body.clusters.pipelines;
  const nameOf = ({ url }: TestWorker): string => url.slice('http://'.length);

  it('sets how much it and its workers log', async () => {
    const path = `${api}/log-level/pipelines`;
    expect((await call('GET', path)).body).to.deep.equal({ level: 'INFO' });
    expect((await call('PUT', path, { level: 'DEBUG' })).body).to.deep.equal({ level: 'DEBUG' });
    await until(async () => {
      const { records } = (await call('GET', `${api}/logs?scope=manager&q=PUT /api/v2/log-level`)).body;
      return records.some(({ level }: { level: string }) => level === 'DEBUG');
    });
    const worker = await until(async () => (await snapshot()).workers[0]?.worker);
    const ofWorker = `${path}?worker=${worker}`;
    expect((await call('PUT', ofWorker, { level: 'ERROR' })).body).to.deep.equal({ level: 'ERROR' });
    expect((await call('GET', ofWorker)).body).to.deep.equal({ level: 'ERROR' });
    expect((await call('PUT', path, { level: 'INFO' })).body).to.deep.equal({ level: 'INFO' });
    expect((await call('PUT', path, { level: 'loud' })).body.detail).to.equal(
      "'level' must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL.",
    );
    expect((await call('GET', `${path}?worker=nobody:1`)).status).to.equal(404);
  });

  it('shows the workers, what runs, and what is permanent', async () => {
    const cluster = await until(async () => {
      const found = await snapshot();
      return found.permanent[0]?.state === 'running' ? found : null;
    });
    expect(cluster.manager.role).to.equal('manager');
    expect(cluster.workers.map(({ worker }: { worker: string }) => worker)).to.have.members(
      workers.map(nameOf),
    );
    expect(cluster.instances[0]).to.include({ instance: 'first', permanent: true, configuration: 'first' });
    expect(cluster.permanent[0]).to.include({ instance: 'first', enabled: true });
  });

  it('tells what may be done on all of its routes: of both versions and of the console', async () => {
    const { permissions } = (await call('GET', `${api}/me`)).body;
    expect(permissions).to.include.members(['config.save', 'script.rename', 'account.create']);
    expect(permissions).to.include.members(['server.restart', 'pool.register']);
    expect(permissions).to.include.members(['buffer.reconnect', 'buffer.sources']);
  });

  it('gives a script another name on its workers as well', async () => {
    const put = await fetch(`${api}/scripts/old.py`, {
      ...{ method: 'PUT', body: 'x = 1\n', headers: { 'If-None-Match': '*' } },
    });
    const seen = { 'If-Match': put.headers.get('etag')! };
    const onWorkers = () =>
      Promise.all(workers.map(({ url }) => new PipelineClient(url).scripts().then(String)));
    expect(await onWorkers()).to.deep.equal(['old.py', 'old.py']);
    const renamed = await call('POST', `${api}/scripts/old.py/rename`, { name: 'new.py' }, seen);
    expect([renamed.status, renamed.body.name]).to.deep.equal([200, 'new.py']);
    expect(await onWorkers()).to.deep.equal(['new.py', 'new.py']);
  });

  it('says where an instance would go, and why', async () => {
    const { body } = await call('GET', `${api}/placement/pipelines/explain?configuration=second`);
    expect(body.rule).to.equal('least load');
    expect(body.candidates).to.have.length(2);
    const none = await call('GET', `${api}/placement/pipelines/explain?configuration=none`);
    expect(none.status).to.equal(404);
  });

  it('changes the permanent list against what was seen, and says before what would happen', async () => {
    const { body: before } = await call('GET', `${api}/permanent/pipelines`);
    expect(before.permanent).to.deep.equal({ first: 'first' });
    const permanent = { '#first': 'first', second: 'second' };
    const preview = await call('POST', `${api}/permanent/pipelines/preview`, { permanent });
    expect(preview.body.starts).to.deep.equal(['second']);
    expect(preview.body.stops.map(({ instance }: { instance: string }) => instance)).to.deep.equal(['first']);
    const wrong = await call(
      'PUT',
      `${api}/permanent/pipelines`,
      { permanent: { third: 'third' } },
      { 'If-Match': `"${before.etag}"` },
    );
    expect([wrong.status, wrong.body.detail]).to.deep.equal([
      422,
      "'third': there is no configuration 'third'.",
    ]);
    expect(
      (await call('PUT', `${api}/permanent/pipelines`, { permanent }, { 'If-Match': '"other"' })).status,
    ).to.equal(412);
    const saved = await call(
      'PUT',
      `${api}/permanent/pipelines`,
      { permanent },
      { 'If-Match': `"${before.etag}"` },
    );
    expect(saved.status).to.equal(200);
    await until(async () => {
      const { instances } = await snapshot();
      const names = instances
        .filter(({ worker }: { worker: string | null }) => worker !== null)
        .map(({ instance }: { instance: string }) => instance);
      return names.length === 1 && names[0] === 'second';
    });
    const { body: audit } = await call('GET', `${api}/audit?action=permanent`);
    expect(audit.records[0]).to.include({ action: 'permanent.save', result: 'ok', before: before.etag });
  });

  it('changes the pool against what was seen, with warnings before', async () => {
    const { body: before } = await call('GET', `${api}/placement/pipelines`);
    const [one, two] = workers.map(({ url }) => url) as [string, string];
    const placement = {
      [one]: { expanding: true, instances: ['first:9000', 'none:9000'] },
      [two]: { expanding: true, instances: ['first'] },
    };
    const preview = await call('POST', `${api}/placement/pipelines/preview`, { placement });
    expect(preview.body.errors).to.deep.equal([]);
    expect(preview.body.warnings).to.have.length(3);
    const broken = await call(
      'PUT',
      `${api}/placement/pipelines`,
      { placement: { [one]: { expanding: 'yes' } } },
      { 'If-Match': `"${before.etag}"` },
    );
    expect(broken.status).to.equal(422);
    const path = `${api}/placement/pipelines`;
    const empty = await call('PUT', path, { placement: {} }, { 'If-Match': `"${before.etag}"` });
    expect([empty.status, empty.body.code]).to.deep.equal([422, 'EMPTY_POOL']);
    const both = ['a', 'b'].map((note) => ({ placement: { [one]: { note }, [two]: {} } }));
    const states = await Promise.all(
      both.map((body) => call('PUT', path, body, { 'If-Match': `"${before.etag}"` })),
    );
    expect(states.map(({ status }) => status).sort()).to.deep.equal([200, 412]);
    const { etag } = (await call('GET', path)).body;
    const saved = await call(
      'PUT',
      path,
      { placement: { ...before.placement, [two]: { expanding: false } } },
      { 'If-Match': `"${etag}"` },
    );
    expect(saved.status).to.equal(200);
    await until(async () => {
      const { workers: seen } = await snapshot();
      return seen.some(
        ({ url, expanding }: { url: string; expanding: boolean }) => url === two && !expanding,
      );
    });
  });

  it('names action, role and what was before and after of changes over version 1', async () => {
    const { body: document } = await call('GET', `${manager.url}/api/v1/openapi.json`);
    const operations = Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const unnamed = operations.filter(
      ({ operation }) => operation['x-role'] !== undefined && !operation['x-action'],
    );
    expect(unnamed.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([]);
    await manager.call('POST', '/api/v1/proxy/permanent', { second: 'second', '#gone': 'first' });
    const pool = (await manager.call('GET', '/api/v1/proxy/config')).config;
    await manager.call('POST', '/api/v1/proxy/config', { ...pool, [workers[0]!.url]: { note: 'changed' } });
    const { records } = (await call('GET', `${api}/audit?limit=2`)).body;
    for (const record of records) {
      expect(record.before).to.match(/^[0-9a-f]{32}$/);
      expect(record.after)
        .to.match(/^[0-9a-f]{32}$/)
        .and.not.equal(record.before);
    }
    expect(
      records.map(({ action, target }: { action: string; target: string }) => [action, target]),
    ).to.deep.equal([
      ['placement.save', 'pool'],
      ['permanent.save', 'permanent instances'],
    ]);
  });

  it('drains a worker as a task, and takes it back', async () => {
    const worker = nameOf(workers[0]!);
    const started = await call('POST', `${api}/workers/pipelines/${worker}/drain`, { move: 'permanent' });
    expect(started.status).to.equal(202);
    await until(async () => (await call('GET', `${api}/tasks/${started.body.task}`)).body.state === 'done');
    const draining = await until(async () => {
      const { workers: seen } = await snapshot();
      return seen.find(
        (entry: { worker: string; draining: boolean }) => entry.worker === worker && entry.draining,
      );
    });
    expect(draining).to.include({ state: 'ok' });
    expect((await call('POST', `${api}/workers/pipelines/${worker}/undrain`)).status).to.equal(200);
  });

  it('finds and follows the logs of its workers and their instances', async () => {
    const follow = await EventReader.open(`${api}/events?topics=logs&scope=instance`);
    const { body } = await call('GET', `${api}/logs?scope=all`);
    expect(
      body.sources.map(({ source, state }: { source: string; state: string }) => [source, state]),
    ).to.have.deep.members([['pipelines', 'ok'], ...workers.map((worker) => [nameOf(worker), 'ok'])]);
    // instances log their end; following begins within a second
    const { body: ofOne } = await call('GET', `${api}/logs?worker=${nameOf(workers[0]!)}`);
    expect(ofOne.sources).to.have.length(2);
    const log = await until(async () => {
      await call('POST', `${api}/instances/pipelines`, { configuration: 'first', instance: 'talker' });
      await call('POST', `${api}/instances/pipelines/talker/config`, { changes: { note: Math.random() } });
      await call('POST', `${api}/instances/pipelines/talker/stop`, {});
      return follow.events.find(({ type, data }) => type === 'log' && data.instance === 'talker');
    });
    expect(workers.map(nameOf)).to.include(log.data.worker);
    follow.close();
  });
});
