import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import supertest from 'supertest';
import { nameFault } from '../../src/common/names.js';
import { base, counted, routes } from './sample-routes.js';
import { closeServers, serve } from './support.js';

describe('paths of an HTTP application', () => {
  afterEach(closeServers);

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
    counted.starts = 0;
    expect((await supertest(url).head(`${base}/info`)).headers['content-length']).to.not.equal('0');
    expect((await supertest(url).head(`${base}/camera`)).status).to.equal(200);
    expect(counted.starts).to.equal(0);
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
