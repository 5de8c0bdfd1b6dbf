import { expect } from 'chai';
import supertest from 'supertest';
import { defineRoute } from '../../src/http/index.js';
import { expressPaths, inOrderOfPrecedence, pathParameters } from '../../src/http/route.js';
import { closeServers, serve } from './support.js';

describe('http/route', () => {
  afterEach(closeServers);

  it('turns declared paths into those of express', () => {
    expect(expressPaths('/api/v1/cam/{camera_name}/config')).to.deep.equal([
      '/api/v1/cam/:camera_name/config',
    ]);
    expect(expressPaths('/info/{path*}')).to.deep.equal(['/info/*path', '/info/']);
    expect(expressPaths('/a:b/(c)')).to.deep.equal(['/a%3Ab/\\(c\\)']);
    expect(pathParameters('/{a}/{b*}')).to.deep.equal([
      { name: 'a', rest: false },
      { name: 'b', rest: true },
    ]);
  });

  it('puts static paths first and keeps the order of the others', () => {
    const route = (path: string) =>
      defineRoute({ method: 'GET', path, summary: path, handler: () => ({ status: path }) });
    const routes = [route('/x/{a}'), route('/{b}/y'), route('/x/y')];
    expect(inOrderOfPrecedence(routes).map(({ path }) => path)).to.deep.equal(['/x/y', '/x/{a}', '/{b}/y']);
  });

  it('serves paths with characters that have a meaning in patterns', async () => {
    const { url } = await serve([
      defineRoute({
        method: 'GET',
        path: '/diag/camera:{name}',
        summary: 's',
        handler: () => ({ status: 'one' }),
      }),
      defineRoute({
        method: 'GET',
        path: '/a(b)!*+/{name}',
        summary: 's',
        handler: () => ({ status: 'two' }),
      }),
    ]);
    expect((await supertest(url).get('/diag/camera:x')).body.status).to.equal('one');
    expect((await supertest(url).get('/diag/camera%3Ax')).body.status).to.equal('one');
    expect((await supertest(url).get('/a(b)!*+/x')).body.status).to.equal('two');
  });
});
