import { expect } from 'chai';
import fc from 'fast-check';
import {
  type NativeValue,
  type ReceivedMessage,
  Receiver,
  StreamSender,
  type StreamSenderOptions,
  toChannelValue,
} from '../../src/bsread/index.js';
import { arrayValue, TypedScalar } from '../../src/common/values.js';
import { until } from '../support/until.js';
import { errorOf } from './sockets.js';

function valuesOf(message: ReceivedMessage | null): Record<string, unknown> {
  return Object.fromEntries(
    message?.channels.map((channel) => [channel.definition.name, channel.decode()]) ?? [],
  );
}

function announced(message: ReceivedMessage | null): unknown[] {
  return (
    message?.channels.map(({ definition }) => [definition.name, definition.type, definition.shape]) ?? []
  );
}

describe('bsread: streams with named channels', () => {
  const closing: { close(): void }[] = [];

  afterEach(() => {
    for (const item of closing.splice(0)) item.close();
  });

  async function openPair(
    options: StreamSenderOptions = {},
  ): Promise<{ sender: StreamSender; receiver: Receiver }> {
    const sender = new StreamSender({ address: 'tcp://127.0.0.1:0', linger: 0, ...options });
    closing.push(sender);
    await sender.open();
    const receiver = new Receiver({ address: sender.address, mode: 'PULL', receiveTimeout: 100_000 });
    closing.push(receiver);
    await receiver.open();
    return { sender, receiver };
  }

  it('derives types and shapes from values by name, and counts pulse ids', async () => {
    const { sender, receiver } = await openPair({ startPulseId: 7n });
    const values = {
      float: 1,
      integer: 2n,
      flag: true,
      text: 'x',
      nothing: null,
      image: arrayValue(new Uint16Array(6), [2, 3]),
      list: [[1, 2.5, 3]],
    };
    await sender.send(values, { timestamp: { seconds: 3n, nanoseconds: 4n } });
    await sender.send(values, { timestamp: 5.5 });
    await sender.send(values, { pulseId: 100n });
    await sender.send(values);
    const first = await receiver.receive();
    expect(announced(first)).to.deep.equal([
      ['float', 'float64', [1]],
      ['integer', 'int64', [1]],
      ['flag', 'bool', [1]],
      ['text', 'string', [1]],
      ['nothing', 'float64', [1]],
      ['image', 'uint16', [3, 2]],
      ['list', 'float64', [3, 1]],
    ]);
    expect(valuesOf(first).list).to.deep.equal(arrayValue(new Float64Array([1, 2.5, 3]), [1, 3]));
    expect(first?.timestamp).to.deep.equal({ seconds: 3n, nanoseconds: 4n });
    const second = await receiver.receive();
    expect(second?.timestamp).to.deep.equal({ seconds: 5n, nanoseconds: 500_000_000n });
    expect(second?.formatChanged).to.equal(false);
    const pulseIds = [first?.pulseId, second?.pulseId];
    for (let index = 0; index < 2; index += 1) pulseIds.push((await receiver.receive())?.pulseId);
    expect(pulseIds).to.deep.equal([7n, 8n, 100n, 101n]);
    expect(sender.statistics.headerChanges).to.equal(1);
  });

  it('replaces the channels by the names given, and keeps a null channel as it was announced', async () => {
    const { sender, receiver } = await openPair();
    await sender.send({ a: 1n, b: 'x' });
    await sender.send({ a: null, b: 'x' });
    await sender.send({ b: 'x' });
    const messages = [await receiver.receive(), await receiver.receive(), await receiver.receive()];
    expect(messages.map((message) => message?.formatChanged)).to.deep.equal([true, false, true]);
    expect(valuesOf(messages[1] ?? null)).to.deep.equal({ a: null, b: 'x' });
    expect(announced(messages[2] ?? null)).to.deep.equal([['b', 'string', [1]]]);
  });

  it('keeps the channels as added with checkData off, and converts to their types', async () => {
    const { sender, receiver } = await openPair({ dataCompression: 'lz4' });
    sender.addChannel('a', undefined, { type: 'int16', shape: [1] });
    sender.addChannel('b', undefined, { type: 'uint8', shape: [3], compression: null });
    await sender.send({ b: [1, 2, 300], a: 7, ignored: 1 }, { checkData: false });
    const message = await receiver.receive();
    expect(valuesOf(message)).to.deep.equal({
      a: new TypedScalar('int16', 7),
      b: arrayValue(new Uint8Array([1, 2, 255])),
    });
    expect(message?.channels.map((channel) => channel.definition.compression)).to.deep.equal(['lz4', 'none']);
    expect(await errorOf(sender.send({ a: 1 }, { checkData: false }))).to.equal(
      "No value is given for channel 'b'",
    );
  });

  it('takes one value per channel, in their order', async () => {
    const { sender, receiver } = await openPair();
    sender.addChannel('a');
    sender.addChannel('b');
    expect(await errorOf(sender.send([1]))).to.equal(
      'Length of passed data (1) does not correspond to configured channels (2)',
    );
    await sender.send([new Int32Array([1, 2]), 'x']);
    expect(announced(await receiver.receive())).to.deep.equal([
      ['a', 'int32', [2]],
      ['b', 'string', [1]],
    ]);
  });

  it('asks the channel functions with the pulse id, and a channel added anew keeps its place', async () => {
    const { sender, receiver } = await openPair({ startPulseId: 3n });
    sender.addChannel('pulse', (pulseId) => pulseId, { type: 'int32' });
    sender.addChannel('tenfold', (pulseId) => Number(pulseId) * 10);
    await sender.send();
    expect(valuesOf(await receiver.receive())).to.deep.equal({
      pulse: new TypedScalar('int32', 3),
      tenfold: new TypedScalar('float64', 30),
    });
    sender.addChannel('pulse', (pulseId) => pulseId, { type: 'uint64' });
    await sender.send();
    const message = await receiver.receive();
    expect(announced(message).map((entry) => (entry as string[])[0])).to.deep.equal(['pulse', 'tenfold']);
    expect(message?.formatChanged).to.equal(true);
    sender.addChannel('silent');
    expect(await errorOf(sender.send())).to.equal("Channel 'silent' has no function");
  });

  it('sends two parts without any channel, and the next message whole', async () => {
    const { sender, receiver } = await openPair();
    await sender.send({});
    await sender.send({ a: 1 });
    expect((await receiver.receive())?.channels).to.deep.equal([]);
    expect(valuesOf(await receiver.receive())).to.deep.equal({ a: new TypedScalar('float64', 1) });
  });

  it('sends nothing of a message in which one value cannot be sent', async () => {
    const { sender, receiver } = await openPair();
    const wrong = { a: 1, b: { no: 'value' } } as unknown as Record<string, NativeValue>;
    expect(await errorOf(sender.send(wrong))).to.equal("Channel 'b' cannot carry a value of the type object");
    await sender.send({ a: 2 });
    expect(valuesOf(await receiver.receive())).to.deep.equal({ a: new TypedScalar('float64', 2) });
  });

  it('generates a stream of so many messages', async () => {
    const sink = new Receiver({ address: 'tcp://127.0.0.1:0', mode: 'PULL', attachment: 'bind' });
    closing.push(sink);
    await sink.open();
    const sender = new StreamSender({ address: sink.address, attachment: 'connect' });
    sender.addChannel('pulse', (pulseId) => pulseId, { type: 'int64', shape: [1] });
    await sender.generateStream(5, 0.001);
    const received = [];
    for (let index = 0; index < 5; index += 1) received.push((await sink.receive())?.pulseId);
    expect(received).to.deep.equal([0n, 1n, 2n, 3n, 4n]);
    expect(await errorOf(sender.send())).to.match(/is not open$/);
  });

  it('calls the no-client action, at the time-out that was set last', async () => {
    let calls = 0;
    const sender = new StreamSender({ address: 'tcp://127.0.0.1:0' });
    closing.push(sender);
    await sender.open({ noClientAction: () => (calls += 1), noClientTimeout: 3600 });
    sender.setNoClientTimeout(0.01);
    await until(() => calls >= 2);
  });

  it('refuses unknown compressions at once', () => {
    const zip = 'zip' as 'lz4';
    expect(() => new StreamSender({ dataHeaderCompression: zip })).to.throw(
      'Data header compression "zip" not supported. Available: [none, lz4, bitshuffle_lz4]',
    );
    expect(() => new StreamSender({ dataCompression: zip })).to.throw(
      'Data compression "zip" not supported.',
    );
  });
});

describe('bsread: native values', () => {
  const typeOf = (value: NativeValue): unknown => (toChannelValue('a', value) as { type: string }).type;

  it('finds the element type of lists', () => {
    expect(typeOf([1, 2])).to.equal('float64');
    expect(typeOf([1n, true])).to.equal('int64');
    expect(typeOf([1n, 2.5])).to.equal('float64');
    expect(typeOf([true, false])).to.equal('bool');
    expect(toChannelValue('a', [])).to.deep.equal(arrayValue(new Float64Array(0)));
    expect(toChannelValue('a', [1.9, 400, -1], 'uint8')).to.deep.equal(
      arrayValue(new Uint8Array([1, 255, 0])),
    );
  });

  it('keeps the shape of nested lists', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
        let next = 0;
        const build = (depth: number): NativeValue =>
          depth === shape.length
            ? next++
            : (Array.from({ length: shape[depth] as number }, () => build(depth + 1)) as NativeValue);
        const value = toChannelValue('a', build(0));
        const count = shape.reduce((product, n) => product * n, 1);
        expect(value).to.deep.equal(
          arrayValue(
            Float64Array.from({ length: count }, (_, i) => i),
            shape,
          ),
        );
      }),
    );
  });

  for (const [what, value, reason] of [
    ['lists of different length', [[1, 2], [3]], 'the lists differ in length'],
    ['lists of different depth', [[1], 2], 'the lists differ in depth'],
    ['lists of different depth, the other way', [1, [2]], 'the lists differ in depth'],
    ['a list with null', [1, null], 'cannot carry a list with null'],
    ['a list of texts', ['a'], 'cannot carry a list with a string'],
    ['undefined', undefined, 'cannot carry a value of the type undefined'],
    ['an object', {}, 'cannot carry a value of the type object'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => toChannelValue('a', value as unknown as NativeValue)).to.throw(reason);
    });
  }
});
