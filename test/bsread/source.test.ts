import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Reply } from 'zeromq';
import { DispatcherClient, openSource, SourceConfigClient, StreamSender } from '../../src/bsread/index.js';
import { freePort } from '../support/ports.js';
import { errorOf } from './sockets.js';

describe('bsread: configuration of a source', () => {
  const closing: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const item of closing.splice(0)) await item.close();
  });

  /** A configuration socket that notes each request and answers in order; an answer of null is none. */
  async function openConfigSocket(
    answers: (string | null)[],
    address = 'tcp://127.0.0.1:0',
  ): Promise<{ address: string; requests: unknown[] }> {
    const socket = new Reply({ linger: 0 });
    closing.push(socket);
    await socket.bind(address);
    const requests: unknown[] = [];
    const serve = async (): Promise<void> => {
      for (const answer of answers) {
        const [request] = await socket.receive();
        requests.push(JSON.parse(String(request)));
        if (answer === null) return;
        await socket.send(answer);
      }
    };
    serve().catch(() => {});
    return { address: socket.lastEndpoint as string, requests };
  }

  it('asks for all channels, for some, and for the inhibit bit', async () => {
    const { address, requests } = await openConfigSocket(['{"status": 1}', '{}', '{}']);
    const client = new SourceConfigClient(address);
    expect(await client.streamAllChannels()).to.deep.equal({ status: 1 });
    await client.streamChannels([{ name: 'a' }, { name: 'b', modulo: 10, offset: 1 }]);
    await client.setInhibit(true);
    expect(requests).to.deep.equal([
      { grep: 2 },
      { channels: [{ name: 'a' }, { name: 'b', modulo: 10, offset: 1 }] },
      { cmd: 'inhibit', val: true },
    ]);
  });

  it('reads what a source can stream, and what it streams', async () => {
    const reply = { channels: ['a', 'b'], config: { channels: [{ name: 'b', modulo: 5 }] }, inhibit: 0 };
    const { address, requests } = await openConfigSocket([JSON.stringify(reply), '{"channels": []}']);
    const client = new SourceConfigClient(address);
    expect(await client.introspect()).to.deep.equal({
      channels: ['a', 'b'],
      streamed: [{ name: 'b', modulo: 5, offset: 0 }],
      inhibit: false,
    });
    expect(await client.introspect()).to.deep.equal({ channels: [], streamed: [] });
    expect(requests[0]).to.deep.equal({ cmd: 'introspect' });
  });

  it('says who did not answer, or answered wrongly', async () => {
    const { address } = await openConfigSocket(['not JSON', '[]', null]);
    const client = new SourceConfigClient(address, 100);
    expect(await errorOf(client.streamAllChannels())).to.equal(
      `${address} answered with something that is not JSON`,
    );
    expect(await errorOf(client.introspect())).to.equal(
      `${address} answered without a list of channel names`,
    );
    expect(await errorOf(client.streamAllChannels())).to.equal(`${address} did not answer within 100 ms`);
    const nobody = `tcp://127.0.0.1:${await freePort()}`;
    expect(await errorOf(new SourceConfigClient(nobody, 50).introspect())).to.equal(
      `${nobody} did not answer within 50 ms`,
    );
    expect(await errorOf(new SourceConfigClient('nonsense').introspect())).to.equal(
      'Unable to connect to nonsense',
    );
  });

  it('opens a source directly, and tells it what to stream', async () => {
    const sender = new StreamSender({ address: 'tcp://127.0.0.1:0', linger: 0 });
    closing.push(sender);
    await sender.open();
    const { address, requests } = await openConfigSocket(['{}']);
    const port = (text: string): number => Number(text.slice(text.lastIndexOf(':') + 1));
    const source = await openSource({
      host: '127.0.0.1',
      port: port(sender.address),
      configPort: port(address),
      channels: ['a', { name: 'b', modulo: 2 }],
    });
    closing.push(source);
    await sender.send({ a: 1 });
    expect((await source.receiver.receive())?.pulseId).to.equal(0n);
    expect(requests).to.deep.equal([{ channels: [{ name: 'a' }, { name: 'b', modulo: 2 }] }]);
  });
});

interface Call {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

describe('bsread: dispatching layer', () => {
  const calls: Call[] = [];
  let server: Server;
  let baseUrl: string;
  let answer: { status: number; body: string } | null;
  let sender: StreamSender;

  beforeEach(async () => {
    calls.length = 0;
    sender = new StreamSender({ address: 'tcp://127.0.0.1:0', mode: 'PUB', linger: 0 });
    await sender.open();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        calls.push({ method, url, type: headers['content-type'], body });
        if (answer !== null) response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sf-databuffer`;
  });

  afterEach(async () => {
    sender.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answering(body: unknown, status = 200): DispatcherClient {
    answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
    return new DispatcherClient({ baseUrl: `${baseUrl}/`, timeout: 2000 });
  }

  it('requests a stream, receives it, and gives it back', async () => {
    answering({ stream: sender.address });
    const source = await openSource({
      dispatcherUrl: baseUrl,
      channels: ['a', { name: 'b', modulo: 10 }],
      receiveTimeout: 20,
    });
    let message = null;
    while (message === null) {
      await sender.send({ a: 1 });
      message = await source.receiver.receive();
    }
    await source.close();
    expect(calls.map(({ method, url, type }) => [method, url, type])).to.deep.equal([
      ['POST', '/sf-databuffer/stream', 'application/json'],
      ['DELETE', '/sf-databuffer/stream', 'text/plain'],
    ]);
    expect(JSON.parse(calls[0]?.body ?? '')).to.deep.equal({
      channels: [{ name: 'a' }, { name: 'b', modulo: 10 }],
      streamType: 'pub_sub',
      verify: true,
      channelValidation: { inconsistency: 'adjust-individual' },
    });
    expect(calls[1]?.body).to.equal(sender.address);
    expect(await errorOf(openSource({ dispatcherUrl: baseUrl }))).to.equal(
      'Channels need to be specified while connecting to the dispatching layer',
    );
  });

  it('asks for a PUSH stream, unverified and uncompressed, when it is told so', async () => {
    const client = answering({ stream: 'tcp://a:1' });
    await client.requestStream(['a'], { mode: 'PULL', verify: false, disableCompression: true });
    expect(JSON.parse(calls[0]?.body ?? '')).to.deep.include({
      streamType: 'push_pull',
      verify: false,
      channelValidation: { inconsistency: 'keep-as-is' },
      compression: 'none',
    });
  });

  it('lists live channels of all backends, and filters them', async () => {
    const client = answering([
      { backend: 'x', channels: [{ name: 'S10:BPM', type: 'float64' }, { name: 'CAM' }] },
      { backend: 'y', channels: [{ name: 'S20:BPM' }] },
      { backend: 'empty' },
    ]);
    expect((await client.liveChannels('BPM$')).map(({ name }) => name)).to.deep.equal(['S10:BPM', 'S20:BPM']);
    expect((await client.liveChannels(/bpm/gi)).length).to.equal(2);
    expect((await client.liveChannels()).length).to.equal(3);
  });

  it('reads the state of channels', async () => {
    const entry = { channel: { name: 'a' }, configured: true, connected: false, recording: true };
    const client = answering([{ ...entry, latestEventDate: '2026-01-01T00:00:00Z' }, entry]);
    expect(await client.channelStatus(['a', 'a'])).to.deep.equal([
      {
        name: 'a',
        configured: true,
        connected: false,
        recording: true,
        latestEventDate: '2026-01-01T00:00:00Z',
      },
      { name: 'a', configured: true, connected: false, recording: true, latestEventDate: null },
    ]);
    const named = { name: 'a', queryLatest: true };
    expect(JSON.parse(calls[0]?.body ?? '')).to.deep.equal({ channels: [named, named] });
  });

  it('reads and changes the input sources', async () => {
    const client = answering([{ stream: 'tcp://a:9999' }]);
    expect(await client.sources()).to.deep.equal(['tcp://a:9999']);
    await client.addSources(['tcp://b:9999']);
    await client.removeSources(['tcp://b:9999']);
    expect(calls.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'GET /sf-databuffer/sources',
      'POST /sf-databuffer/sources',
      'DELETE /sf-databuffer/sources',
    ]);
    expect(JSON.parse(calls[2]?.body ?? '')).to.deep.equal({ sources: [{ stream: 'tcp://b:9999' }] });
  });

  it('changes how long data is kept, in the backend of the channel', async () => {
    const client = answering('');
    await client.updateTtl(['a', 'sf-imagebuffer/b'], 3600, { startPulseId: 1, endPulseId: 2 });
    expect(JSON.parse(calls[0]?.body ?? '')).to.deep.equal({
      ttl: 3600,
      channels: [
        { name: 'a', backend: 'sf-databuffer' },
        { name: 'b', backend: 'sf-imagebuffer' },
      ],
      range: { startPulseId: 1, endPulseId: 2 },
    });
  });

  it('puts the text of the dispatcher behind the prefix of the call', async () => {
    const failing = answering('no such channel', 400);
    const state = { startDate: 'a', endDate: 'b' };
    for (const [call, prefix] of [
      [() => failing.requestStream(['a']), 'Unable to request stream for specified channels - '],
      [() => failing.removeStream('tcp://a:1'), 'Unable to remove stream tcp://a:1 - '],
      [() => failing.currentStreams(), 'Unable to retrieve current streams - '],
      [() => failing.liveChannels(), 'Unable to retrieve current incoming channels - '],
      [() => failing.channelStatus(['a']), 'Unable to retrieve status of channels - '],
      [() => failing.sources(), 'Unable to retrieve current input sources - '],
      [() => failing.addSources([]), 'Unable to add input sources - '],
      [() => failing.removeSources([]), 'Unable to delete input sources - '],
      [() => failing.dataPolicies(), 'Unable to retrieve current data policies - '],
      [() => failing.updateTtl([], 1, state), 'Unable to update ttl for specified channels - '],
    ] as const) {
      expect(await errorOf(call())).to.equal(`${prefix}no such channel`);
    }
  });

  it('says when the dispatcher answers nonsense, not in time, or not at all', async () => {
    const prefix = 'Unable to retrieve current streams - ';
    expect(await errorOf(answering('{').currentStreams())).to.equal(`${prefix}the answer is not JSON`);
    expect(await errorOf(answering({}).currentStreams())).to.equal(`${prefix}the answer is not a list`);
    expect(await errorOf(answering({}).requestStream(['a']))).to.equal(
      'Unable to request stream for specified channels - the answer has no stream address',
    );
    answer = null;
    const impatient = new DispatcherClient({ baseUrl, timeout: 50 });
    expect(await errorOf(impatient.currentStreams())).to.equal(
      `${prefix}no answer from ${baseUrl} within 50 ms`,
    );
    const nobody = `http://127.0.0.1:${await freePort()}/x`;
    expect(await errorOf(new DispatcherClient({ baseUrl: nobody }).currentStreams())).to.equal(
      `${prefix}${nobody} cannot be reached: ECONNREFUSED`,
    );
  });
});
