import { expect } from 'chai';
import { ChannelAccess, type Reading } from '../../src/epics/index.js';
import { ChannelAccessServer } from '../../src/epics/server/server.js';

function client(
  port: number,
  settings: { maximumArrayBytes?: number; connectionTimeout?: number } = {},
): ChannelAccess {
  return new ChannelAccess({
    addresses: [{ host: '127.0.0.1', port }],
    maximumArrayBytes: 2 ** 26,
    connectionTimeout: 30,
    ...settings,
  });
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

/** Collects readings and lets a test wait for the next one that satisfies a condition. */
function collector(): {
  add(reading: Reading): void;
  next(accept: (reading: Reading) => boolean): Promise<Reading>;
} {
  const seen: Reading[] = [];
  const waiting: { accept: (reading: Reading) => boolean; resolve: (reading: Reading) => void }[] = [];
  return {
    add(reading) {
      seen.push(reading);
      for (const [index, { accept, resolve }] of [...waiting.entries()].reverse()) {
        if (!accept(reading)) continue;
        waiting.splice(index, 1);
        resolve(reading);
      }
    },
    next(accept) {
      const known = seen.find(accept);
      return known !== undefined
        ? Promise.resolve(known)
        : new Promise((resolve) => waiting.push({ accept, resolve }));
    },
  };
}

const numbers = (reading: Reading): number[] =>
  Array.isArray(reading.value) ? [] : Array.from(reading.value.data as Float64Array, Number);

describe('epics: Channel Access client against a server', () => {
  let server: ChannelAccessServer;
  let channelAccess: ChannelAccess;
  let port: number;

  beforeEach(async () => {
    server = new ChannelAccessServer();
    port = await server.start();
    channelAccess = client(port);
  });

  afterEach(async () => {
    channelAccess.close();
    await server.stop();
  });

  it('reads every native type', async () => {
    server.add('T:STRING', 'STRING', ['INIT']);
    server.add('T:SHORT', 'SHORT', [-3]);
    server.add('T:FLOAT', 'FLOAT', [1.5]);
    server.add('T:ENUM', 'ENUM', [2]);
    server.add('T:CHAR', 'CHAR', [200]);
    server.add('T:LONG', 'LONG', [1_000_000]);
    server.add('T:DOUBLE', 'DOUBLE', [Math.PI]);
    expect((await channelAccess.channel('T:STRING').get()).value).to.deep.equal(['INIT']);
    expect(numbers(await channelAccess.channel('T:SHORT').get())).to.deep.equal([-3]);
    expect(numbers(await channelAccess.channel('T:FLOAT').get())).to.deep.equal([1.5]);
    expect(numbers(await channelAccess.channel('T:ENUM').get())).to.deep.equal([2]);
    expect(numbers(await channelAccess.channel('T:CHAR').get())).to.deep.equal([200]);
    expect(numbers(await channelAccess.channel('T:LONG').get())).to.deep.equal([1_000_000]);
    expect(numbers(await channelAccess.channel('T:DOUBLE').get())).to.deep.equal([Math.PI]);
  });

  it('reads numbers as text', async () => {
    server.add('T:WIDTH', 'LONG', [1280]);
    expect((await channelAccess.channel('T:WIDTH').get({ as: 'string' })).value).to.deep.equal(['1280']);
  });

  it('carries alarm and time of a reading', async () => {
    server.add('T:ALARM', 'DOUBLE', [0]);
    server.set('T:ALARM', [1], {
      status: 3,
      severity: 2,
      timestamp: { seconds: 1_700_000_000n, nanoseconds: 123_456_789n },
    });
    const reading = await channelAccess.channel('T:ALARM').get();
    expect(reading.alarm).to.deep.equal({ status: 3, severity: 2 });
    expect(reading.timestamp).to.deep.equal({ seconds: 1_700_000_000n, nanoseconds: 123_456_789n });
  });

  it('reads an image of 2560 x 2160 16-bit pixels', async () => {
    const image = Int16Array.from({ length: 2560 * 2160 }, (_, index) => index % 32768);
    server.add('CAM:FPICTURE', 'SHORT', image);
    const { value } = await channelAccess.channel('CAM:FPICTURE').get({ timeout: 10 });
    const data = Array.isArray(value) ? null : value.data;
    expect(
      Buffer.compare(
        Buffer.from(data?.buffer as ArrayBuffer, data?.byteOffset, data?.byteLength),
        Buffer.from(image.buffer),
      ),
    ).to.equal(0);
  });

  it('refuses a payload beyond the limit and says which variable raises it', async () => {
    server.add('CAM:FPICTURE', 'SHORT', new Int16Array(100_000));
    const limited = client(port, { maximumArrayBytes: 16384 });
    const message = await errorOf(limited.channel('CAM:FPICTURE').get());
    limited.close();
    expect(message).to.match(/exceeds the limit of 16384 bytes; set EPICS_CA_MAX_ARRAY_BYTES/);
  });

  it('writes and waits for the server', async () => {
    server.add('T:SET', 'DOUBLE', [0], { isWritable: true });
    const channel = channelAccess.channel('T:SET');
    await channel.put({ type: 'float64', data: new Float64Array([4.25]), shape: [1] });
    expect(numbers(await channel.get())).to.deep.equal([4.25]);
  });

  it('reports a refused write', async () => {
    server.add('T:FIXED', 'DOUBLE', [0]);
    const channel = channelAccess.channel('T:FIXED');
    expect(await errorOf(channel.put(['7']))).to.equal(
      'Channel T:FIXED refused the request: Channel Access status 376',
    );
  });

  it('says when nobody serves a channel', async () => {
    expect(await errorOf(channelAccess.channel('T:MISSING').get({ timeout: 0.2 }))).to.equal(
      'Could not connect to: T:MISSING',
    );
  });

  it('gives up when the caller does', async () => {
    const reason = new Error('stopped by the caller');
    const pending = channelAccess.channel('T:MISSING').get({ signal: AbortSignal.abort(reason) });
    expect(await errorOf(pending)).to.equal('stopped by the caller');
  });

  it('monitors changes, and stops when asked', async () => {
    server.add('T:COUNT', 'LONG', [0]);
    const readings = collector();
    const stop = channelAccess.channel('T:COUNT').monitor(readings.add, () => {});
    await readings.next((reading) => numbers(reading)[0] === 0);
    server.set('T:COUNT', [1]);
    await readings.next((reading) => numbers(reading)[0] === 1);
    stop();
    while (server.monitors > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('delivers arrays whose length changes', async () => {
    server.add('T:WAVE', 'SHORT', [1, 2, 3]);
    const readings = collector();
    channelAccess.channel('T:WAVE').monitor(readings.add, () => {});
    await readings.next((reading) => numbers(reading).length === 3);
    server.set('T:WAVE', [1, 2]);
    expect(numbers(await readings.next((reading) => numbers(reading).length === 2))).to.deep.equal([1, 2]);
  });

  it('survives a restart of the server on another TCP port, with its monitors', async () => {
    server.add('T:COUNT', 'LONG', [1]);
    const readings = collector();
    const channel = channelAccess.channel('T:COUNT');
    const states: boolean[] = [];
    channel.onConnection((isConnected) => states.push(isConnected));
    channel.monitor(readings.add, () => {});
    await readings.next((reading) => numbers(reading)[0] === 1);
    await server.stop();
    expect(await errorOf(channel.get({ timeout: 0.2 }))).to.match(/disconnected|Could not connect/);
    server = new ChannelAccessServer();
    server.add('T:COUNT', 'LONG', [2]);
    await server.start(port);
    await readings.next((reading) => numbers(reading)[0] === 2);
    expect(states).to.deep.equal([true, false, true]);
  });

  it('notices a server that hangs, by echo', async () => {
    const impatient = client(port, { connectionTimeout: 0.1 });
    server.add('T:COUNT', 'LONG', [1]);
    const channel = impatient.channel('T:COUNT');
    await channel.connect();
    // a server that answers echoes keeps its circuit through many time-outs
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(channel.isConnected).to.equal(true);
    impatient.close();
  });

  it('shares one connection between channels, and closes it with the last', async () => {
    server.add('T:A', 'LONG', [1]);
    server.add('T:B', 'LONG', [2]);
    const [a, b] = [channelAccess.channel('T:A'), channelAccess.channel('T:B')];
    await Promise.all([a.get(), b.get()]);
    expect(server.connections).to.equal(1);
    a.close();
    b.close();
    while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await errorOf(a.get())).to.equal('Channel T:A is closed');
  });
});
