import Ajv2020 from 'ajv/dist/2020.js';
import { expect } from 'chai';
import supertest from 'supertest';
import type { JsonObject } from '../../src/common/json.js';
import { Logging } from '../../src/common/logging.js';
import { formatPickledArray } from '../../src/common/pickle.js';
import { type ArrayValue, arrayValue } from '../../src/common/values.js';
import {
  backgroundUploadRoute,
  commonRoutes,
  compactInstances,
  type InstanceManagement,
  instanceRoutes,
  openApiDocument,
  type Route,
  scriptRoutes,
} from '../../src/http/index.js';
import { closeServers, serve } from './support.js';

const base = '/api/v1/cam';

const instance: JsonObject = {
  stream_address: 'tcp://h:10100',
  camera_name: '<b>CAM</b>',
  last_start_time: '2025-03-20 14:43:34 UTC+0100',
  statistics: { total_bytes: 5, clients: '2 + 1', rx: '9.98Hz - 123', tx: '0.00Hz - 0', pid: '7', cpu: 1.5 },
};

/** Remembers what was asked of it. */
class RecordingManagement implements InstanceManagement {
  readonly calls: string[] = [];

  async info(): Promise<JsonObject> {
    return { version: 'x', active_instances: { '<CAM>': instance } };
  }

  async heartbeatInstances(): Promise<JsonObject> {
    return compactInstances({ b: instance, a: instance });
  }

  async stopAll(): Promise<void> {
    this.calls.push('stop all');
  }

  async stop(name: string): Promise<void> {
    this.calls.push(`stop ${name}`);
  }

  async delete(name: string): Promise<void> {
    this.calls.push(`delete ${name}`);
  }

  async configNames(): Promise<string[]> {
    return ['A', 'B'];
  }
}

interface World {
  readonly url: string;
  readonly management: RecordingManagement;
  readonly logging: Logging;
  readonly routes: Route[];
  readonly backgrounds: Map<string, ArrayValue>;
  readonly reset: Promise<void>;
}

async function start(): Promise<World> {
  const management = new RecordingManagement();
  const logging = new Logging({ destination: null });
  const scripts = new Map<string, Buffer>();
  const backgrounds = new Map<string, ArrayValue>();
  let onReset = (): void => {};
  const reset = new Promise<void>((resolve) => {
    onReset = resolve;
  });
  const routes = [
    ...instanceRoutes(base, management),
    ...scriptRoutes(base, {
      scripts: async () => [...scripts.keys()],
      script: async (name) => ({ name, content: scripts.get(name)! }),
      storeScript: async (name, content) => void scripts.set(name, content),
      deleteScript: async (name) => void scripts.delete(name),
    }),
    backgroundUploadRoute(base, async (name, image) => void backgrounds.set(name, image)),
    ...commonRoutes({
      base,
      title: 'Camera <server>',
      serverLog: logging.ring,
      log: logging.logger('cam_server'),
      instanceLog: (name) => (name === 'CAM' ? [['2025-03-20 14:43:34', 'root', 'INFO', 'two\nlines']] : []),
      activeInstances: async () => ({ '<CAM>': instance }),
      reset: onReset,
    }),
  ];
  const { url } = await serve(routes);
  return { url, management, logging, routes, backgrounds, reset };
}

describe('http/common routes', () => {
  afterEach(closeServers);

  it('manages instances with the texts of the contract', async () => {
    const { url, management } = await start();
    const client = supertest(url);
    expect((await client.get(`${base}/info`)).body.status).to.equal('Instance manager info retrieved.');
    expect((await client.get(`${base}/version`)).body).to.include({ status: 'Version' });
    expect((await client.get(`${base}/config_names`)).body).to.deep.equal({
      state: 'ok',
      status: 'Configuration names retrieved.',
      config_names: ['A', 'B'],
    });
    expect((await client.delete(base)).body.status).to.equal('All instances have been stopped.');
    expect((await client.delete(`${base}/a%20b`)).body.status).to.equal("Instance 'a b' stopped.");
    expect((await client.delete(`${base}/c/del`)).body.status).to.equal("Instance 'c' stopped.");
    expect(management.calls).to.deep.equal(['stop all', 'stop a b', 'delete c']);
  });

  it('gives compact records in the heartbeat, sorted by name', async () => {
    const { url } = await start();
    const { body } = await supertest(url).get(`${base}/heartbeat`);
    expect(Object.keys(body.instances)).to.deep.equal(['a', 'b']);
    expect(body.instances.a).to.deep.equal({
      stream_address: 'tcp://h:10100',
      camera_name: '<b>CAM</b>',
      simulation: null,
      last_start_time: '2025-03-20 14:43:34 UTC+0100',
      read_only: null,
      geometry: null,
      total_bytes: 5,
      clients: 2,
      throughput: null,
      time: null,
      pid: '7',
      cpu: 1.5,
      memory: null,
      header_changes: null,
      frame_shape: null,
      rx: 9.98,
      tx: 0,
      forwards: 1,
    });
  });

  it('shows logs as JSON and as one line per record', async () => {
    const { url, logging } = await start();
    const [first] = (await supertest(url).get('/api/v1/logs')).body.logs;
    expect(first.slice(1)).to.deep.equal(['cam_server', 'INFO', 'Start logging']);
    logging.logger('cam_server.x').warning('careful');
    const text = (await supertest(url).get('/api/v1/logs/txt')).text.split('\n');
    expect(text[1]).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - cam_server\.x - WARNING - careful$/);
    const instanceText = await supertest(url).get('/api/v1/logs/instance/CAM/txt');
    expect(instanceText.text).to.equal('2025-03-20 14:43:34 - root - INFO - two\\nlines');
    expect(instanceText.type).to.equal('text/plain');
    expect((await supertest(url).get('/api/v1/logs/instance/x')).body.logs).to.deep.equal([]);
    expect((await supertest(url).get('/api/v1/logs/instance/x/txt')).text).to.equal('');
  });

  it('answers before it resets, and not for HEAD', async () => {
    const { url, reset, logging } = await start();
    await supertest(url).head('/api/v1/reset');
    expect(logging.ring.records().map((record) => record[2])).to.not.include('WARNING');
    expect((await supertest(url).get('/api/v1/reset')).body).to.deep.equal({
      state: 'ok',
      status: 'System reset.',
    });
    await reset;
  });

  it('tells its base', async () => {
    const { url } = await start();
    expect((await supertest(url).get('/base')).body).to.deep.equal({ state: 'ok', status: 'Base', base });
  });

  it('lists instances on a page that escapes names and loads nothing', async () => {
    const { url } = await start();
    const { text, headers } = await supertest(url).get('/');
    expect(text).to.contain('&#60;CAM&#62;').and.contain('tcp://h:10100').and.contain('9.98Hz - 123');
    expect(text)
      .to.not.contain('<CAM>')
      .and.not.match(/<script|src=|https?:/);
    expect(headers['content-security-policy']).to.contain("default-src 'none'");
  });

  it('stores and returns scripts, compiled ones in base64', async () => {
    const { url } = await start();
    const path = (name: string): string => `${base}/script/${name}/script_bytes`;
    const stored = await supertest(url).put(path('a.py')).type('text/plain').send('print("é")');
    expect(stored.body.status).to.equal('Script file a.py stored.');
    const script = await supertest(url).get(path('a.py'));
    expect(script.body).to.deep.equal({ state: 'ok', status: "Script file 'a.py'.", script: 'print("é")' });
    await fetch(url + path('b.so'), { method: 'PUT', body: new Uint8Array([0xff, 0]) });
    expect((await supertest(url).get(path('b.so'))).body.script).to.equal('/wA=');
    const deleted = await supertest(url).delete(path('a.py'));
    expect(deleted.body.status).to.equal('Script a.py configuration deleted.');
  });

  it('takes pickled backgrounds and refuses other pickles', async () => {
    const { url, backgrounds } = await start();
    const image = arrayValue(Uint16Array.of(1, 2), [1, 2]);
    const put = (body: Uint8Array) =>
      fetch(`${url}${base}/background/bg/image_bytes`, { method: 'PUT', body }).then((answer) =>
        answer.json(),
      );
    expect(await put(formatPickledArray(image))).to.deep.equal({
      state: 'ok',
      status: 'Background image bg stored.',
    });
    expect(backgrounds.get('bg')).to.deep.equal(image);
    expect(await put(Buffer.from('cos\nsystem\n(Vls\ntR.'))).to.have.property('state', 'error');
  });

  describe('OpenAPI document', () => {
    it('has every route and no other', async () => {
      const { url, routes } = await start();
      const { body } = await supertest(url).get('/api/v1/openapi.json');
      const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
        Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const ownRoutes = ['/health/live', '/health/ready', '/metrics', '/api/v1/openapi.json'];
      const declared = routes.map(({ method, path }) => `${method} ${path.replace('*}', '}')}`);
      expect(documented).to.have.members([...declared, ...ownRoutes.map((path) => `GET ${path}`)]);
    });

    it('has unique operation ids and a parameter for each placeholder', async () => {
      const { routes } = await start();
      const document = openApiDocument('Test', routes) as {
        paths: Record<string, Record<string, Operation>>;
      };
      const ids = new Set<string>();
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const operation of Object.values(methods)) {
          expect(ids.has(operation.operationId), operation.operationId).to.equal(false);
          ids.add(operation.operationId);
          const names = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name);
          expect(names).to.deep.equal([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
        }
      }
    });

    it('describes what the routes really answer', async () => {
      const { url } = await start();
      const { body: document } = await supertest(url).get('/api/v1/openapi.json');
      const validator = new Ajv2020.default({ strict: false });
      validator.addSchema({ $id: 'root', ...document });
      for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths)) {
        const schema = methods.get?.responses['200'].content['application/json']?.schema;
        if (schema === undefined || path === '/api/v1/reset') continue;
        const text = JSON.stringify(schema).replaceAll('#/components', 'root#/components');
        const validate = validator.compile(JSON.parse(text));
        const answer = await supertest(url).get(path.replace(/\{\w+\}/g, 'CAM'));
        if (answer.type !== 'application/json') continue;
        expect(validate(answer.body), `${path}: ${validator.errorsText(validate.errors)}`).to.equal(true);
      }
    });
  });

  it('counts requests by declared path, not by name', async () => {
    const { url } = await start();
    await supertest(url).delete(`${base}/CAM1`);
    await supertest(url).delete(`${base}/CAM2`);
    await supertest(url).get('/nowhere');
    const { text, type } = await supertest(url).get('/metrics');
    expect(type).to.equal('text/plain');
    expect(text).to.match(
      /camserver_http_requests_total\{method="DELETE",route="\/api\/v1\/cam\/\{instance_name\}",status="200",state="ok"\} 2/,
    );
    expect(text).to.contain('route="unmatched",status="404",state="error"} 1');
    expect(text).to.match(/nodejs_eventloop_lag_p99_seconds /);
    expect(text).to.not.contain('CAM1');
  });
});

interface Operation {
  readonly operationId: string;
  readonly parameters?: { name: string; in: string }[];
  readonly responses: { 200: { content: Record<string, { schema?: unknown }> } };
}
