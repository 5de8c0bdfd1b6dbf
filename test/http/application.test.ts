import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import supertest from 'supertest';
import { CamServerError } from '../../src/common/errors.js';
import { Logging } from '../../src/common/logging.js';
import { nameFault } from '../../src/common/names.js';
import { defineRoute, pngAnswer, type Route, textAnswer } from '../../src/http/index.js';
import { closeServers, serve } from './support.js';

const base = '/api/v1/cam';
let started = 0;

const routes: Route[] = [
  defineRoute({
    method: 'GET',
    path: `${base}/{camera_name}`,
    summary: 'stream',
    sideEffects: true,
    handler: ({ parameters }) => {
      started += 1;
      return { status: 'ok', stream: `tcp://h:1/${parameters.camera_name}` };
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${base}/info`,
    summary: 'info',
    handler: () => ({ status: 'é', info: { float: Number.NaN, list: [1, 2] } }),
  }),
  defineRoute({
    method: 'DELETE',
    path: `${base}/{camera_name}`,
    summary: 'stop',
    handler: ({ parameters }) => ({ status: `Instance '${parameters.camera_name}' stopped.` }),
  }),
  defineRoute({
    method: 'POST',
    path: `${base}/{camera_name}/config`,
    summary: 'save',
    body: { kind: 'object', what: 'camera configuration', required: true },
    handler: ({ body }) => ({ status: 'saved', config: body }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/pipeline',
    summary: 'create',
    body: { kind: 'object', what: 'pipeline configuration' },
    query: { instance_id: { description: 'id' } },
    handler: ({ body, query }) => ({ status: 'created', config: body, query: query.instance_id ?? null }),
  }),
  defineRoute({
    method: 'PUT',
    path: `${base}/script/{script_name}/script_bytes`,
    summary: 'script',
    body: { kind: 'bytes', what: 'script', limit: 'code' },
    handler: ({ body }) => ({ status: 'stored', size: body.length }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/proxy/info/{path*}',
    summary: 'nested',
    handler: ({ parameters }) => ({ status: 'nested', path: parameters.path }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/fail/{kind}',
    summary: 'fail',
    response: { kind: 'png' },
    handler: ({ parameters }) => {
      if (parameters.kind === 'expected') throw new CamServerError('NO', "Instance 'x' does not exist.");
      throw new TypeError('Something is undefined');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/png',
    summary: 'png',
    response: { kind: 'png' },
    handler: () => pngAnswer(Buffer.from('PNG')),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/txt',
    summary: 'txt',
    response: { kind: 'text' },
    handler: () => textAnswer('line'),
  }),
];

describe('HTTP application', () => {
  afterEach(closeServers);

  it('answers with the envelope in the spelling of the contract', async () => {
    const { url } = await serve(routes);
    const answer = await supertest(url).get(`${base}/info`);
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('application/json');
    expect(answer.text).to.equal(
      '{"state": "ok", "status": "\\u00e9", "info": {"float": null, "list": [1, 2]}}',
    );
  });

  it('ignores Accept', async () => {
    const { url } = await serve(routes);
    const answer = await supertest(url).get(`${base}/info`).set('Accept', 'text/html');
    expect(answer.body.state).to.equal('ok');
    const png = await supertest(url).get('/api/v1/png').set('Accept', 'application/octet-stream');
    expect(png.headers['content-type']).to.equal('image/png');
  });

  it('turns expected errors into HTTP 200 with the text as it is, with CORS headers', async () => {
    const { url } = await serve(routes);
    const answer = await supertest(url).get('/api/v1/fail/expected');
    expect(answer.status).to.equal(200);
    expect(answer.text).to.equal('{"state": "error", "status": "Instance \'x\' does not exist."}');
    expect(answer.headers['access-control-allow-origin']).to.equal('*');
  });

  it('logs unexpected errors with the request id and shows no stack', async () => {
    const server = await serve(routes);
    const answer = await supertest(server.url).get('/api/v1/fail/bug').set('X-Request-Id', 'id-7');
    expect(answer.text).to.equal('{"state": "error", "status": "Something is undefined"}');
    expect(answer.headers['x-request-id']).to.equal('id-7');
    const record = server.logging.ring.records().find(([, , level]) => level === 'ERROR');
    expect(record?.[3]).to.equal('[id-7] GET /api/v1/fail/bug: Something is undefined');
  });

  describe('paths', () => {
    it('prefers static paths over parameters, whatever the order of declaration', async () => {
      const { url } = await serve(routes);
      expect((await supertest(url).get(`${base}/info`)).body).to.have.property('info');
      expect((await supertest(url).get(`${base}/%69nfo`)).body).to.have.property('info');
      expect((await supertest(url).get(`${base}/information`)).body.stream).to.equal('tcp://h:1/information');
    });

    it('answers 404 for unknown paths, and neither trims slashes nor ignores case', async () => {
      const { url } = await serve(routes);
      for (const path of ['/nowhere', `${base}/info/`, '/API/v1/cam/info', `${base}//`]) {
        const answer = await supertest(url).get(path);
        expect(answer.status, path).to.equal(404);
        expect(answer.body.status).to.equal(`Not found: '${path}'`);
      }
    });

    it('answers 405 with the sorted methods of the path', async () => {
      const { url } = await serve(routes);
      const answer = await supertest(url).put(`${base}/x`);
      expect(answer.status).to.equal(405);
      expect(answer.headers.allow).to.equal('DELETE,GET, OPTIONS');
      expect(answer.body.status).to.equal('Method not allowed.');
    });

    it('answers OPTIONS on known paths with 200 and an empty body, elsewhere with 404', async () => {
      const { url } = await serve(routes);
      const known = await supertest(url).options(`${base}/x/config`);
      expect([known.status, known.text]).to.deep.equal([200, '']);
      expect(known.headers['access-control-allow-headers']).to.equal('Origin, Accept, Content-Type');
      expect((await supertest(url).options('/nowhere')).status).to.equal(404);
    });

    it('answers HEAD like GET without body, but starts nothing', async () => {
      const { url } = await serve(routes);
      started = 0;
      expect((await supertest(url).head(`${base}/info`)).headers['content-length']).to.not.equal('0');
      expect((await supertest(url).head(`${base}/camera`)).status).to.equal(200);
      expect(started).to.equal(0);
    });

    it('refuses paths that are not UTF-8 with 400', async () => {
      const { url } = await serve(routes);
      for (const path of [`${base}/%ff`, `${base}/%`]) {
        expect((await supertest(url).get(path)).status).to.equal(400);
      }
    });

    it('refuses names with separators and control characters', async () => {
      const { url } = await serve(routes);
      for (const name of ['a%2Fb', 'a%5Cb', '%2e%2e', 'a%00', 'a%0Ab', 'x'.repeat(201)]) {
        const answer = await rawGet(url, `${base}/${name}`);
        expect(answer, name).to.match(/"state": "error", "status": "Invalid camera name /);
      }
    });

    it('gives the rest of a path with its slashes, also when empty', async () => {
      const { url } = await serve(routes);
      const path = async (text: string): Promise<unknown> =>
        (await supertest(url).get(`/api/v1/proxy/info/${text}`)).body.path;
      expect(await path('servers/0/_split_%20-%20')).to.equal('servers/0/_split_ - ');
      expect(await path('a%2Fb')).to.equal('a/b');
      expect(await path('')).to.equal('');
    });

    it('hands every good name to the handler unchanged', async () => {
      const { url } = await serve(routes);
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (name) => {
          fc.pre(nameFault(name) === null && name !== 'info');
          const answer = await fetch(`${url}${base}/${encodeURIComponent(name)}`);
          expect(((await answer.json()) as { stream: string }).stream).to.equal(`tcp://h:1/${name}`);
        }),
        { numRuns: 50 },
      );
    });

    it('survives any path', async () => {
      const { url } = await serve(routes);
      await fc.assert(
        fc.asyncProperty(fc.webPath(), async (path) => {
          const answer = await fetch(`${url}/${path.replace(/^\/+/, '')}`);
          await answer.arrayBuffer();
          expect([200, 400, 404, 405]).to.include(answer.status);
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('bodies', () => {
    it('reads JSON with parameters in the media type and keeps literal kinds', async () => {
      const { url } = await serve(routes);
      const answer = await supertest(url)
        .post(`${base}/c/config`)
        .set('Content-Type', 'application/json; charset=utf-8')
        .send('{"a": 2.0, "b": NaN}');
      expect(answer.text).to.equal('{"state": "ok", "status": "saved", "config": {"a": 2.0, "b": null}}');
    });

    it('treats a body of another type as absent, and refuses that where it is required', async () => {
      const { url } = await serve(routes);
      const created = await supertest(url).post('/api/v1/pipeline').type('text/plain').send('{"a": 1}');
      expect(created.body.config).to.equal(null);
      const saved = await supertest(url).post(`${base}/c/config`).type('text/plain').send('{"a": 1}');
      expect(saved.body).to.deep.equal({
        state: 'error',
        status:
          "The camera configuration is missing: send a JSON object with Content-Type 'application/json' " +
          "(the request has Content-Type 'text/plain').",
      });
      const empty = await supertest(url).post(`${base}/c/config`).type('application/json').send('');
      expect(empty.body.status).to.contain('(the body is empty or null)');
    });

    it('gives the message of the parser for malformed JSON, and refuses what is no object', async () => {
      const { url } = await serve(routes);
      const send = async (body: string): Promise<string> =>
        (await supertest(url).post(`${base}/c/config`).type('application/json').send(body)).body.status;
      expect(await send('{a')).to.equal(
        'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
      );
      expect(await send('[1]')).to.equal('The camera configuration must be a JSON object, not an array.');
    });

    it('refuses invalid UTF-8', async () => {
      const { url } = await serve(routes);
      const answer = await fetch(`${url}${base}/c/config`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: new Uint8Array([0x22, 0xff, 0x22]),
      });
      expect(((await answer.json()) as { status: string }).status).to.equal(
        'The camera configuration is not valid UTF-8.',
      );
    });

    it('answers 413 above the limit of the kind, announced or not, and keeps serving', async () => {
      const { url } = await serve(routes, { bodyLimits: { json: 100, code: 1000 } });
      const announced = await supertest(url)
        .post(`${base}/c/config`)
        .send({ a: 'x'.repeat(200) });
      expect([announced.status, announced.body.state]).to.deep.equal([413, 'error']);
      const chunked = await fetch(`${url}${base}/script/s.py/script_bytes`, {
        method: 'PUT',
        body: new ReadableStream({
          start(controller) {
            for (let i = 0; i < 3; i += 1) controller.enqueue(new Uint8Array(500));
            controller.close();
          },
        }),
        duplex: 'half',
      } as RequestInit);
      expect(chunked.status).to.equal(413);
      expect(await chunked.text()).to.contain('the script has more than 1000 bytes, the limit is 1000 bytes');
      expect((await supertest(url).get(`${base}/info`)).status).to.equal(200);
    });

    it('refuses compressed bodies', async () => {
      const { url } = await serve(routes);
      const answer = await supertest(url)
        .post(`${base}/c/config`)
        .type('application/json')
        .set('Content-Encoding', 'gzip')
        .send('{}');
      expect(answer.status).to.equal(415);
      expect(answer.body.status).to.equal("Bodies with Content-Encoding 'gzip' are not read.");
    });

    it('gives up a body whose sender leaves', async () => {
      const server = await serve(routes);
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `PUT ${base}/script/s.py/script_bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`,
        );
      });
      await once(server.server, 'request');
      socket.destroy();
      while (!server.logging.ring.records().some(([, , , message]) => message.includes('script_bytes:'))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await server.close();
    });

    it('gives raw bytes whatever the type', async () => {
      const { url } = await serve(routes);
      const answer = await supertest(url)
        .put(`${base}/script/s.py/script_bytes`)
        .type('text/plain')
        .send('abc');
      expect(answer.body.size).to.equal(3);
    });

    it('returns any JSON object as it was sent', async () => {
      const { url } = await serve(routes);
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), async (value) => {
          const text = JSON.stringify(value);
          const answer = await fetch(`${url}${base}/c/config`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: text,
          });
          const sent = JSON.stringify(JSON.parse(text));
          expect(JSON.stringify(((await answer.json()) as { config: unknown }).config)).to.equal(sent);
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('limits in time', () => {
    /** A route that answers when told to, and a promise that resolves when a request is inside. */
    function waiting(): { route: Route; entered: Promise<void>; finish: () => void } {
      const entered = gate();
      const finished = gate();
      const route = defineRoute({
        method: 'GET',
        path: '/api/v1/wait',
        summary: 'wait',
        handler: async () => {
          entered.open();
          await finished.opened;
          return { status: 'done' };
        },
      });
      return { route, entered: entered.opened, finish: finished.open };
    }

    it('ends a request at its deadline and tells the handler', async () => {
      let reason: unknown;
      const route = defineRoute({
        method: 'GET',
        path: '/api/v1/wait',
        summary: 'wait',
        deadline: 20,
        handler: ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              reject(signal.reason);
            });
          }),
      });
      const { url } = await serve([route]);
      const answer = await supertest(url).get('/api/v1/wait');
      expect(answer.body.status).to.equal('The request could not be answered within 0.02 s.');
      expect(reason).to.have.property('code', 'DEADLINE');
    });

    it('aborts the work when the client leaves', async () => {
      const inside = gate();
      const left = gate();
      const route = defineRoute({
        method: 'GET',
        path: '/api/v1/wait',
        summary: 'wait',
        handler: ({ signal }) =>
          new Promise((_resolve, reject) => {
            inside.open();
            signal.addEventListener('abort', () => {
              left.open();
              reject(signal.reason);
            });
          }),
      });
      const { url } = await serve([route]);
      const request = httpRequest(`${url}/api/v1/wait`).on('error', () => {});
      request.end();
      await inside.opened;
      request.destroy();
      await left.opened;
    });

    it('finishes running requests while it closes, and refuses new ones with 503', async () => {
      const { route, entered, finish } = waiting();
      const server = await serve([route]);
      const running = supertest(server.url)
        .get('/api/v1/wait')
        .then((answer) => answer.body.status);
      await entered;
      const closed = server.close(60_000);
      const refused = await supertest(server.url).get('/api/v1/wait');
      expect([refused.status, refused.body.state]).to.deep.equal([503, 'error']);
      expect((await supertest(server.url).get('/health/live')).status).to.equal(200);
      expect((await supertest(server.url).get('/health/ready')).status).to.equal(503);
      finish();
      expect(await running).to.equal('done');
      await closed;
      expect(await fetch(server.url).catch(() => 'gone')).to.equal('gone');
    });

    it('aborts what still runs after the time of grace', async () => {
      const { route, entered } = waiting();
      const server = await serve([route]);
      const running = supertest(server.url).get('/api/v1/wait');
      const answer = running.then((result) => result.status);
      await entered;
      await server.close(10);
      expect(await answer).to.equal(503);
    });
  });

  it('gives collectors the request id of every line that belongs to a request', async () => {
    const lines: string[] = [];
    const logging = new Logging({
      level: 'DEBUG',
      format: 'json',
      destination: { write: (line) => lines.push(line) },
    });
    const route = defineRoute({
      method: 'GET',
      path: '/failing',
      summary: '',
      handler: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        logging.logger('deep').info('below the route');
        throw new Error('unexpected');
      },
    });
    const { url } = await serve([route], { log: logging.logger('cam_server.http') });
    await fetch(`${url}/failing`, { headers: { 'X-Request-Id': 'from-outside' } });
    while (lines.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    const records = lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(records.map(({ level, request_id = 'none' }) => [level, request_id])).to.deep.equal([
      ['INFO', 'none'],
      ['INFO', 'from-outside'],
      ['ERROR', 'from-outside'],
      ['DEBUG', 'from-outside'],
    ]);
  });

  it('says which port is taken', async () => {
    const { port } = await serve([]);
    const error = await serve([], { port }).catch((reason) => reason);
    expect(error.message).to.equal(`Cannot listen on 127.0.0.1:${port}: the port is in use.`);
  });
});

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A GET with the path exactly as given; other clients normalise `%2e%2e`. */
function rawGet(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
