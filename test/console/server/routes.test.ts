import { expect } from 'chai';
import { Logging } from '../../../src/common/logging.js';
import { consoleRoutes } from '../../../src/console/server/index.js';
import { defineRoute, type HttpServer, jsonAnswer, startHttpServer } from '../../../src/http/index.js';

describe('the routes of the console', () => {
  let camera: HttpServer;
  let server: HttpServer;
  const log = new Logging({ level: 'CRITICAL' }).logger('test');

  before(async () => {
    const asked = defineRoute({
      method: 'GET',
      path: '/api/v1/cam/{camera_name}/geometry',
      summary: 'Test',
      response: { kind: 'json', schema: { type: 'object' } },
      handler: ({ parameters, query }) => jsonAnswer({ camera: parameters.camera_name, query: { ...query } }),
    });
    camera = await startHttpServer({ name: 'camera', port: 0, interface: '127.0.0.1', log, routes: [asked] });
    const routes = consoleRoutes({
      cluster: 'pipelines',
      cameraServer: camera.url,
      siteName: 'Test',
      environment: 'test',
      buffers: {},
    });
    server = await startHttpServer({ name: 'pipelines', port: 0, interface: '127.0.0.1', log, routes });
  });

  after(async () => {
    await Promise.all([server.close(), camera.close()]);
  });

  const get = (path: string, options: RequestInit = {}): Promise<Response> =>
    fetch(server.url + path, { redirect: 'manual', ...options });

  it('lead from / to the console', async () => {
    const answer = await get('/');
    expect(answer.status).to.equal(302);
    expect(answer.headers.get('location')).to.equal('/ui/');
  });

  it('answer every screen with the page, under a strict policy', async () => {
    for (const path of ['/ui/', '/ui/overview', '/ui/i/pipelines/a%20b/view', '/ui/what/ever']) {
      const answer = await get(path, { headers: { Accept: 'text/html' } });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.equal('text/html; charset=UTF-8');
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).to.contain("default-src 'none'").and.to.contain("script-src 'self'");
      expect(policy).not.to.contain('unsafe');
    }
  });

  it('answer nothing outside of /ui/ with the page, whatever is accepted', async () => {
    const answer = await get('/api/v1/nothing', { headers: { Accept: 'text/html' } });
    expect(answer.status).to.equal(404);
    expect(answer.headers.get('content-type')).to.equal('application/json');
  });

  it('do not take a missing file for a screen', async () => {
    const answer = await get('/ui/assets/old-1234.js');
    expect(answer.status).to.equal(404);
    expect(await answer.text()).to.contain('Reload the page');
  });

  it('tell the site', async () => {
    expect(await (await get('/ui/site.json')).json()).to.deep.equal({
      name: 'Test',
      environment: 'test',
      clusters: { pipelines: '', cameras: '/ui/relay' },
      buffers: [],
    });
  });

  it('pass reads on to the camera server, and nothing else', async () => {
    const answer = await get('/ui/relay/api/v1/cam/my%20camera/geometry?a=1');
    expect(await answer.json()).to.deep.equal({ camera: 'my camera', query: { a: '1' } });
    expect((await get('/ui/relay/api/v1/reset')).status).to.equal(404);
    expect((await get('/ui/relay/api/v1/cam/x/geometry', { method: 'POST' })).status).to.equal(405);
  });

  it('say when the camera server cannot be reached', async () => {
    const routes = consoleRoutes({
      cluster: 'pipelines',
      cameraServer: 'http://127.0.0.1:9',
      siteName: 'Test',
      environment: 'test',
      buffers: {},
    });
    const alone = await startHttpServer({ name: 'alone', port: 0, interface: '127.0.0.1', log, routes });
    try {
      const answer = (await (await fetch(`${alone.url}/ui/relay/api/v1/cam/x/geometry`)).json()) as {
        status: string;
      };
      expect(answer.status).to.contain('The camera server http://127.0.0.1:9 gave no answer');
    } finally {
      await alone.close();
    }
  });
});
