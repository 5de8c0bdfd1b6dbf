import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import supertest from 'supertest';
import { until } from '../support/until.js';
import { base, routes } from './sample-routes.js';
import { closeServers, serve } from './support.js';

describe('bodies of requests', () => {
  afterEach(closeServers);

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
    await until(() =>
      server.logging.ring.records().some(([, , , message]) => message.includes('script_bytes:')),
    );
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
