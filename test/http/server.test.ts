import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import supertest from 'supertest';
import { closeServers, serve } from './support.js';

describe('http/server', () => {
  const sockets: Socket[] = [];

  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await closeServers();
  });

  it('refuses connections beyond the maximum and takes new ones when others have gone', async () => {
    const { port, server, url } = await serve([], { maximumConnections: 1 });
    const accepted = once(server, 'connection');
    const first = await open(port);
    await accepted;
    const second = await open(port);
    await once(second, 'close');
    const gone = once(first, 'close');
    first.destroy();
    await gone;
    while ((await fetch(`${url}/health/live`).catch(() => null))?.status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it('tells whether it can work', async () => {
    let fault: string | null = 'no camera server';
    const { url } = await serve([], {
      readiness: () => {
        if (fault === 'broken') throw new Error('broken');
        return fault;
      },
    });
    const ready = () => supertest(url).get('/health/ready');
    expect((await ready()).status).to.equal(503);
    expect((await ready()).body).to.deep.equal({ state: 'error', status: 'no camera server' });
    fault = 'broken';
    expect((await ready()).body.status).to.equal('broken');
    fault = null;
    expect((await ready()).status).to.equal(200);
  });

  it('closes with idle and silent connections, however often it is asked', async () => {
    const server = await serve([]);
    await fetch(`${server.url}/health/live`);
    await open(server.port);
    await Promise.all([server.close(0), server.close(0)]);
    expect(server.server.listening).to.equal(false);
  });

  it('answers only allowed origins when told so', async () => {
    const { url } = await serve([], { allowedOrigins: ['http://console'] });
    const origin = async (text: string) => {
      const answer = await supertest(url).get('/health/live').set('Origin', text);
      return answer.headers['access-control-allow-origin'];
    };
    expect(await origin('http://console')).to.equal('http://console');
    expect(await origin('http://elsewhere')).to.equal(undefined);
  });

  it('asks further handlers before it answers 404', async () => {
    const { url } = await serve([], {
      handlers: [
        (request, response, next) => {
          if (request.path === '/page') response.end('page');
          else next();
        },
      ],
    });
    expect((await supertest(url).get('/page')).status).to.equal(200);
    expect((await supertest(url).get('/other')).status).to.equal(404);
  });
});
