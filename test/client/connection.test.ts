import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Connection } from '../../src/client/index.js';
import { CamServerError } from '../../src/common/errors.js';
import { defineRoute, htmlAnswer, pngAnswer } from '../../src/http/index.js';
import { closeServers, serve } from '../http/support.js';

const routes = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/echo',
    summary: 'echo',
    body: { kind: 'object', what: 'text' },
    query: { a: { description: 'a' } },
    handler: ({ body, query, id }) => ({ status: 'done', body, query: { ...query }, id }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/fail',
    summary: 'fail',
    response: { kind: 'png' },
    handler: () => {
      throw new CamServerError('NO', "Instance 'é' does not exist.");
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/png',
    summary: 'png',
    response: { kind: 'png' },
    handler: () => pngAnswer(Buffer.from([1, 2, 3])),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/page',
    summary: 'page',
    response: { kind: 'html' },
    handler: () => htmlAnswer('<p>some  page</p>'),
  }),
];

const failure = (promise: Promise<unknown>): Promise<CamServerError> =>
  promise.then(
    () => new CamServerError('NONE', 'it did not fail'),
    (error) => error,
  );

describe('client/Connection', () => {
  const silent: Server[] = [];
  const sockets: Socket[] = [];

  /** A server that accepts and never answers. */
  async function silentServer(): Promise<string> {
    const server = createServer((socket) => sockets.push(socket));
    silent.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of silent.splice(0)) server.close();
    await closeServers();
  });

  it('sends JSON, query and request id, and returns the members of the envelope', async () => {
    const { url } = await serve(routes);
    const answer = await new Connection(`${url}/`).envelope('/api/v1/echo', {
      method: 'POST',
      json: { number: 1, text: 'é' },
      query: { a: 'b c&d', left: undefined },
      requestId: 'id-1',
    });
    expect(answer).to.deep.equal({
      state: 'ok',
      status: 'done',
      body: { number: 1, text: 'é' },
      query: { a: 'b c&d' },
      id: 'id-1',
    });
  });

  it('throws the text of the server, also where a picture is expected', async () => {
    const { url } = await serve(routes);
    const connection = new Connection(url);
    for (const error of [
      await failure(connection.envelope('/api/v1/fail')),
      await failure(connection.content('/api/v1/fail')),
    ]) {
      expect(error).to.be.instanceOf(CamServerError);
      expect(error.code).to.equal('SERVER_ERROR');
      expect(error.message).to.equal("Instance 'é' does not exist.");
    }
    expect([...(await connection.content('/api/v1/png'))]).to.deep.equal([1, 2, 3]);
  });

  it('says when the answer is not one of CamServer', async () => {
    const { url } = await serve(routes);
    const error = await failure(new Connection(url).envelope('/api/v1/page'));
    expect(error.code).to.equal('SERVER_ANSWER');
    expect(error.message).to.equal(`GET ${url}/api/v1/page: not an answer of CamServer: <p>some page</p>`);
  });

  it('says which server cannot be reached, and why', async () => {
    const { url, close } = await serve(routes);
    await close(0);
    const error = await failure(new Connection(url).envelope('/api/v1/echo'));
    expect(error.code).to.equal('SERVER_UNREACHABLE');
    expect(error.message).to.match(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
  });

  it('gives up after the time-out of the kind of call, or of the call itself', async () => {
    const address = await silentServer();
    const connection = new Connection(address, { info: 30 });
    const error = await failure(connection.envelope('/api/v1/x', { kind: 'info' }));
    expect(error.code).to.equal('SERVER_TIMEOUT');
    expect(error.message).to.equal(`GET ${address}/api/v1/x: no answer within 0.03 s.`);
    const other = await failure(connection.envelope('/api/v1/x', { timeout: 20 }));
    expect(other.message).to.contain('no answer within 0.02 s.');
  });

  it('gives up when an answer begins and does not end', async () => {
    const address = await silentServer();
    silent[0]!.on('connection', (socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"state"',
      );
    });
    const error = await failure(new Connection(address).envelope('/api/v1/x', { timeout: 50 }));
    expect(error.code).to.equal('SERVER_TIMEOUT');
  });

  it('ends a call with the reason of its signal', async () => {
    const connection = new Connection(await silentServer());
    const controller = new AbortController();
    const call = failure(connection.envelope('/api/v1/x', { signal: controller.signal }));
    const reason = new CamServerError('STOPPED', 'stopped');
    controller.abort(reason);
    expect(await call).to.equal(reason);
    expect(await failure(connection.envelope('/api/v1/x', { signal: controller.signal }))).to.equal(reason);
  });

  it('takes another connection when the server closes the one it kept', async () => {
    const address = await silentServer();
    const body = '{"state":"ok","status":"done"}';
    let requests = 0;
    silent[0]!.on('connection', (socket) => {
      let answered = false;
      socket.on('data', () => {
        requests += 1;
        // the second request on a connection comes just when it is given up
        if (answered) socket.destroy();
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        answered = true;
      });
    });
    const connection = new Connection(address);
    expect((await connection.envelope('/api/v1/x')).status).to.equal('done');
    // the connection is kept from the next turn of the event loop on
    await new Promise((resolve) => setImmediate(resolve));
    expect((await connection.envelope('/api/v1/x')).status).to.equal('done');
    expect(requests).to.equal(3);
  });

  it('follows no redirection', async () => {
    const address = await silentServer();
    silent[0]!.on('connection', (socket) => {
      socket.write('HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n');
    });
    const error = await failure(new Connection(address).envelope('/api/v1/x'));
    expect(error.message).to.equal(`${address} cannot be reached: it redirects to http://elsewhere/.`);
  });

  it('refuses what is not an address', () => {
    for (const address of ['host:8888', 'ftp://host', 'http://', 'http://host/path', '']) {
      expect(() => new Connection(address), address).to.throw(
        'is not a server address such as http://host:8888.',
      );
    }
  });
});
