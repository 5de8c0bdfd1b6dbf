import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Logging } from '../../../src/common/logging.js';
import { openBuffer } from '../../../src/console/server/buffers/buffer.js';
import { bufferRoutes } from '../../../src/console/server/buffers/buffer-routes.js';
import { type HttpServer, startHttpServer } from '../../../src/http/index.js';

const [FIRST, SECOND] = ['tcp://127.0.0.1:1001', 'tcp://127.0.0.1:1002'];

/** The part of a dispatching layer that keeps sources. */
class Dispatcher {
  readonly sources = new Set<string>();
  readonly calls: string[] = [];
  /** Addresses that it refuses to add. */
  readonly refused = new Set<string>();
  /** Held back until this settles. */
  gate: Promise<void> = Promise.resolve();
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      await this.gate;
      const list = text === '' ? [] : (JSON.parse(text) as { sources: { stream: string }[] }).sources;
      this.calls.push(`${request.method} ${request.url} ${list.map(({ stream }) => stream).join()}`.trim());
      if (request.method === 'POST' && list.some(({ stream }) => this.refused.has(stream))) {
        response.writeHead(400).end('no such source');
        return;
      }
      for (const { stream } of list) {
        if (request.method === 'POST') this.sources.add(stream);
        else this.sources.delete(stream);
      }
      response.end(JSON.stringify([...this.sources].map((stream) => ({ stream }))));
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sf-databuffer`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the buffers of a site', () => {
  let dispatcher: Dispatcher;
  let server: HttpServer;

  beforeEach(async () => {
    dispatcher = new Dispatcher();
    const buffers = { data: openBuffer(await dispatcher.open())!, image: openBuffer('simulated')! };
    const log = new Logging({ level: 'CRITICAL' }).logger('test');
    const routes = bufferRoutes(buffers);
    server = await startHttpServer({ name: 'test', port: 0, interface: '127.0.0.1', log, routes });
  });

  afterEach(async () => {
    await server.close();
    await dispatcher.close();
  });

  async function call(method: string, path = '', body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${server.url}/api/v2/buffers${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    return { http: answer.status, ...((await answer.json()) as object) };
  }

  it('are none when the site names none', () => {
    expect(bufferRoutes({})).to.deep.equal([]);
    expect([openBuffer(null), openBuffer('')]).to.deep.equal([null, null]);
  });

  it('tell the streams that they read', async () => {
    dispatcher.sources.add(FIRST);
    expect(await call('GET')).to.deep.include({
      buffers: [
        { name: 'data', kind: 'dispatcher', sources: [FIRST], problem: null },
        { name: 'image', kind: 'simulated', sources: [], problem: null },
      ],
    });
  });

  it('connect a stream anew, whether they read it before or not', async () => {
    dispatcher.sources.add(FIRST);
    const lines = [`Removed ${FIRST}.`, `Added ${FIRST}.`];
    expect(await call('POST', '/data/reconnect', { stream: FIRST })).to.deep.include({ lines });
    expect(dispatcher.calls).to.deep.equal([
      'GET /sf-databuffer/sources',
      `DELETE /sf-databuffer/sources ${FIRST}`,
      `POST /sf-databuffer/sources ${FIRST}`,
    ]);
    expect(await call('POST', '/image/reconnect', { stream: FIRST })).to.deep.include({
      lines: [`Added ${FIRST}.`],
    });
  });

  it('take back what they removed when adding fails, and say so', async () => {
    dispatcher.sources.add(FIRST);
    dispatcher.refused.add(SECOND);
    const answer = await call('POST', '/data/sources', { add: [SECOND], remove: [FIRST] });
    expect(answer.http).to.be.at.least(400);
    const text = JSON.stringify(answer);
    expect(text).to.contain('no such source').and.to.contain(`Added again what was removed: ${FIRST}.`);
    expect([...dispatcher.sources]).to.deep.equal([FIRST]);
  });

  it('say when it could not be taken back', async () => {
    dispatcher.sources.add(FIRST);
    dispatcher.refused.add(FIRST);
    const text = JSON.stringify(await call('POST', '/data/reconnect', { stream: FIRST }));
    expect(text).to.contain(`NOT added again: ${FIRST}`);
  });

  it('are changed by one at a time', async () => {
    let open = (): void => {};
    dispatcher.gate = new Promise((resolve) => {
      open = resolve;
    });
    const both = [1, 2].map(() => call('POST', '/data/reconnect', { stream: FIRST }));
    const refused = await Promise.race(both);
    expect(JSON.stringify(refused)).to.contain('Another change of this buffer is in progress');
    open();
    const answers = await Promise.all(both);
    expect(answers.filter(({ lines }) => lines !== undefined)).to.have.length(1);
  });

  it('refuse what is no address, an empty change and unknown names', async () => {
    const texts = await Promise.all([
      call('POST', '/data/reconnect', { stream: 'http://host' }),
      call('POST', '/data/sources', { add: [], remove: [] }),
      call('POST', '/data/sources', { add: 'all' }),
      call('POST', '/tape/reconnect', { stream: FIRST }),
    ]);
    const expected = [
      'no address of a stream',
      'Nothing to change',
      "'add' must be a list",
      "no buffer 'tape'",
    ];
    for (const [index, text] of expected.entries()) expect(JSON.stringify(texts[index])).to.contain(text);
    expect(dispatcher.calls).to.deep.equal([]);
  });

  it('say why they give no answer, each for itself', async () => {
    await dispatcher.close();
    const { buffers } = (await call('GET')) as { buffers: { name: string; problem: string | null }[] };
    expect(buffers[0]!.problem).to.contain('cannot be reached');
    expect(buffers[1]!.problem).to.equal(null);
  });
});
