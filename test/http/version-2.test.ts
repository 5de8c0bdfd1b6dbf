import { expect } from 'chai';
import supertest from 'supertest';
import { CamServerError } from '../../src/common/errors.js';
import { currentRequest, noteChange } from '../../src/common/request-context.js';
import {
  type AuditEntry,
  defineRoute,
  jsonAnswer,
  ProblemError,
  type Route,
  StreamAnswer,
} from '../../src/http/index.js';
import { closeServers, serve } from './support.js';

const failing = (path: string, error: () => Error): Route =>
  defineRoute({
    method: 'GET',
    path,
    summary: 'fails',
    handler: () => {
      throw error();
    },
  });

const routes: Route[] = [
  failing('/api/v2/missing', () => new CamServerError('CONFIG_NOT_FOUND', "Unable to load config 'x'")),
  failing('/api/v2/odd', () => new CamServerError('SOMETHING', 'Not acceptable')),
  failing('/api/v2/fault', () => new TypeError('internals')),
  failing(
    '/api/v2/stale',
    () => new ProblemError(412, 'CONFLICT', 'Changed.', { members: { current_etag: 'a' } }),
  ),
  defineRoute({
    method: 'PUT',
    path: '/api/v2/things/{thing_name}',
    summary: 'changes',
    action: 'thing.save',
    handler: ({ parameters }) => {
      noteChange({ before: null, after: 'tag', details: String(currentRequest()?.id) });
      return jsonAnswer({ thing: parameters.thing_name }, 201);
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v2/things/{thing_name}',
    summary: 'fails to change',
    action: 'thing.delete',
    handler: () => {
      throw new CamServerError('CONFLICT', 'Somebody was faster.');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/start/{thing_name}',
    summary: 'starts when needed',
    sideEffects: true,
    action: 'thing.start',
    handler: ({ parameters }) => {
      if (parameters.thing_name === 'new') noteChange({ target: 'the new one' });
      return { status: 'ok' };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v2/stream',
    summary: 'streams',
    deadline: 30,
    handler: () =>
      new StreamAnswer(async (response, signal) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        const timer = setInterval(() => response.write('data: 1\n\n'), 5);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        clearInterval(timer);
        response.end();
      }),
  }),
];

describe('http/version 2', () => {
  afterEach(closeServers);

  it('answers failures with a status and a problem document', async () => {
    const api = supertest((await serve(routes)).url);
    const missing = await api.get('/api/v2/missing').expect(404);
    expect(missing.type).to.equal('application/problem+json');
    expect(JSON.parse(missing.text)).to.deep.include({
      title: 'Not Found',
      status: 404,
      detail: "Unable to load config 'x'",
      code: 'CONFIG_NOT_FOUND',
      request_id: missing.headers['x-request-id'],
    });
    await api.get('/api/v2/odd').expect(422);
    const stale = await api.get('/api/v2/stale').expect(412);
    expect(JSON.parse(stale.text)).to.include({ current_etag: 'a', code: 'CONFLICT' });
    const unknown = await api.get('/api/v2/nothing').expect(404);
    expect(JSON.parse(unknown.text).code).to.equal('NO_ROUTE');
    const method = await api.post('/api/v2/missing').expect(405);
    expect(method.headers.allow).to.equal('GET, OPTIONS');
  });

  it('keeps the text of an unexpected error to itself', async () => {
    const api = supertest((await serve(routes)).url);
    const fault = await api.get('/api/v2/fault').expect(500);
    expect(fault.text).to.include('"INTERNAL"').and.not.include('internals');
  });

  it('belongs to one origin and is not kept by caches', async () => {
    const api = supertest((await serve(routes)).url);
    const answer = await api.get('/api/v2/missing').set('Origin', 'http://elsewhere');
    expect(answer.headers).to.not.have.property('access-control-allow-origin');
    expect(answer.headers).to.include({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  it('tells the audit log what was changed, by whom, why, and how it ended', async () => {
    const entries: AuditEntry[] = [];
    const server = await serve(routes, { audit: { record: async (entry) => void entries.push(entry) } });
    const api = supertest(server.url);
    await api.put('/api/v2/things/a%20b').set('X-Request-Id', 'r1').set('X-Reason', 'gr%C3%BCn').expect(201);
    await api.delete('/api/v2/things/c').set('User-Agent', 'test').expect(412);
    await api.get('/api/v2/missing');
    expect(entries).to.have.length(2);
    expect(entries[0]).to.deep.include({
      action: 'thing.save',
      target: 'a b',
      request: 'PUT /api/v2/things/a%20b',
      actor: null,
      role: 'admin',
      method: 'anonymous',
      address: '127.0.0.1',
      before: null,
      after: 'tag',
      details: 'r1',
      reason: 'grün',
      result: 'ok',
      status: 201,
      error: null,
      request_id: 'r1',
    });
    expect(entries[1]).to.deep.include({
      action: 'thing.delete',
      client: 'test',
      result: 'error',
      status: 412,
      error: 'Somebody was faster.',
    });
  });

  it('records a GET only when it started something', async () => {
    const entries: AuditEntry[] = [];
    const server = await serve(routes, { audit: { record: async (entry) => void entries.push(entry) } });
    const api = supertest(server.url);
    await api.get('/api/v1/start/running').expect(200);
    await api.get('/api/v1/start/new').expect(200);
    expect(entries.map(({ action, target }) => [action, target])).to.deep.equal([
      ['thing.start', 'the new one'],
    ]);
  });

  it('lets a stream go on after the deadline, and ends it when the server closes', async () => {
    const server = await serve(routes);
    const response = await fetch(`${server.url}/api/v2/stream`);
    const reader = response.body!.getReader();
    let text = '';
    while (text.length < 100) text += Buffer.from((await reader.read()).value!).toString();
    await server.close();
    while (!(await reader.read()).done);
  });
});
