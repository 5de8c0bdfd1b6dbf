import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import supertest from 'supertest';
import { defineRoute, type Route } from '../../src/http/index.js';
import { closeServers, serve } from './support.js';

describe('requests and time', () => {
  afterEach(closeServers);

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

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
