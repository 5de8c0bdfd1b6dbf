import { expect } from 'chai';
import supertest from 'supertest';
import {
  type AccessControl,
  type AuditEntry,
  defineRoute,
  jsonAnswer,
  type Method,
  ProblemError,
} from '../../src/http/index.js';
import { closeServers, serve } from './support.js';

/** Everyone is who they say they are. */
const believing: AccessControl = {
  identify: ({ headers }) => {
    const user = headers.from ?? null;
    return { user, role: 'admin', method: 'anonymous', address: '127.0.0.1' };
  },
  authorize: () => {},
};

describe('http/idempotency keys', () => {
  afterEach(closeServers);

  /** Counts what is carried out; each waits until it is let go. */
  async function start(outcome: (count: number) => unknown = () => null) {
    const entries: AuditEntry[] = [];
    const state = { count: 0, isHeld: false, release: (): void => {} };
    const route = <M extends Method>(method: M, path: '/api/v2/thing' | '/api/v1/thing') =>
      defineRoute({
        method,
        path,
        summary: 'test',
        action: 'thing',
        body: { kind: 'object', what: 'order' },
        handler: async ({ signal }) => {
          state.count += 1;
          const { count } = state;
          if (state.isHeld) {
            await new Promise<void>((resolve, reject) => {
              state.release = resolve;
              signal.addEventListener('abort', () => reject(signal.reason));
            });
          }
          outcome(count);
          return jsonAnswer({ count }, 201);
        },
      });
    const routes = [
      route('POST', '/api/v2/thing'),
      route('PUT', '/api/v2/thing'),
      route('POST', '/api/v1/thing'),
      route('GET', '/api/v2/thing'),
    ];
    const { url } = await serve(routes, {
      access: believing,
      audit: { record: async (entry) => void entries.push(entry) },
    });
    const send = (key: string, body: object = { order: 1 }, path = '/api/v2/thing') =>
      supertest(url).post(path).set('Idempotency-Key', key).send(body);
    return { url, send, state, entries };
  }

  it('carry a change out once, and give its answer again', async () => {
    const { send, entries } = await start();
    const first = await send('one').expect(201);
    const again = await send('one').expect(201);
    expect(again.text).to.equal(first.text);
    expect(first.headers).not.to.have.property('idempotency-replayed');
    expect(again.headers['idempotency-replayed']).to.equal('true');
    expect(JSON.parse((await send('two')).text)).to.deep.equal({ count: 2 });
    expect(entries.map(({ details }) => details !== null)).to.deep.equal([false, true, false]);
  });

  it('let the second of two that come together wait for the first', async () => {
    const { send, state } = await start();
    state.isHeld = true;
    const first = send('one').then((answer) => answer.text);
    while (state.count === 0) await new Promise(setImmediate);
    const second = send('one').then((answer) => answer.text);
    await new Promise((resolve) => setTimeout(resolve, 50));
    state.release();
    expect(await Promise.all([first, second])).to.deep.equal(['{"count": 1}', '{"count": 1}']);
    expect(state.count).to.equal(1);
  });

  it('let the work go on when its first client leaves, for the one who asks again', async () => {
    const { url, send, state } = await start();
    state.isHeld = true;
    const leave = new AbortController();
    const headers = { 'Idempotency-Key': 'one', 'Content-Type': 'application/json' };
    const first = fetch(`${url}/api/v2/thing`, {
      ...{ method: 'POST', headers, body: '{"order": 1}' },
      signal: leave.signal,
    }).catch(() => 'left');
    while (state.count === 0) await new Promise(setImmediate);
    leave.abort();
    expect(await first).to.equal('left');
    const second = send('one').then((answer) => answer.text);
    await new Promise((resolve) => setTimeout(resolve, 50));
    state.release();
    expect(await second).to.equal('{"count": 1}');
  });

  it('may be used again after a failure', async () => {
    const { send } = await start((count) => {
      if (count === 1) throw new ProblemError(409, 'BUSY', 'It is busy.');
    });
    await send('one').expect(409);
    await send('one').expect(201, '{"count": 2}');
    await send('one').expect(201, '{"count": 2}');
  });

  it('belong to one user and one request', async () => {
    const { url, send } = await start();
    await send('one').set('From', 'ada').expect(201, '{"count": 1}');
    await send('one').set('From', 'otto').expect(201, '{"count": 2}');
    const other = await send('one', { order: 2 }).set('From', 'ada').expect(422);
    expect(JSON.parse(other.text).code).to.equal('IDEMPOTENCY_KEY_REUSED');
    const put = supertest(url).put('/api/v2/thing').set({ From: 'ada', 'Idempotency-Key': 'one' });
    await put.send({ order: 1 }).expect(422);
    await send('one').set({ From: 'ada', 'If-Match': '"1"' }).expect(422);
  });

  it('mean nothing on version 1 and where nothing is changed, and must be keys', async () => {
    const { url, send } = await start();
    await send('one', {}, '/api/v1/thing').expect(201, '{"count": 1}');
    await send('one', {}, '/api/v1/thing').expect(201, '{"count": 2}');
    await supertest(url).get('/api/v2/thing').set('Idempotency-Key', 'one').expect(201, '{"count": 3}');
    await supertest(url).get('/api/v2/thing').set('Idempotency-Key', 'one').expect(201, '{"count": 4}');
    await send('a b').expect(400, /INVALID_IDEMPOTENCY_KEY/);
    await send('x'.repeat(201)).expect(400);
  });
});
