import { expect } from 'chai';
import supertest from 'supertest';
import { Logging } from '../../src/common/logging.js';
import { defineRoute } from '../../src/http/index.js';
import { until } from '../support/until.js';
import { base, routes } from './sample-routes.js';
import { closeServers, serve } from './support.js';

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
    await until(() => lines.length >= 4);
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
