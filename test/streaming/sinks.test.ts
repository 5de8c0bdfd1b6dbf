import { expect } from 'chai';
import { Receiver } from '../../src/bsread/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../src/common/values.js';
import { createHeaderStrategy } from '../../src/streaming/header-strategy.js';
import { openSink, readCompression, type Sink } from '../../src/streaming/sinks/index.js';

const time = { seconds: 1_700_000_000n, nanoseconds: 5n };

const prepare = createHeaderStrategy({
  mode: 'on_change',
  allowTypeChanges: true,
  allowShapeChanges: true,
  compression: 'bitshuffle_lz4',
});

function open(parameters: JsonObject, stop = new AbortController().signal): Promise<Sink> {
  return openSink(
    { queue_size: 10, block: true, ...parameters },
    { port: 0, stop, waitsForFile: false, failed: () => {} },
  );
}

describe('sinks', () => {
  it('bsread: what is sent arrives, with scalars in their announced type', async () => {
    const sink = await open({ mode: 'PUSH', data_header_compression: true });
    const receiver = new Receiver({
      address: sink.address.replace('0.0.0.0', '127.0.0.1'),
      mode: 'PULL',
      receiveTimeout: 100_000,
    });
    await receiver.open();
    try {
      const values: ChannelValue[] = [new TypedScalar('float32', 1.5), 2.5, arrayValue(Uint16Array.of(1, 2))];
      for (const [index, value] of values.entries()) {
        expect(await sink.send(prepare(new Map([['a', value]]))!, BigInt(index), time)).to.equal(true);
      }
      const received: unknown[] = [];
      for (let index = 0; index < 3; index += 1) {
        const message = (await receiver.receive())!;
        received.push([message.pulseId, message.formatChanged, message.channel('a')!.decode()]);
      }
      expect(received).to.deep.equal([
        [0n, true, new TypedScalar('float32', 1.5)],
        [1n, false, new TypedScalar('float32', 2.5)],
        [2n, true, arrayValue(Uint16Array.of(1, 2))],
      ]);
      while (sink.clients !== 1) await new Promise(setImmediate);
    } finally {
      receiver.close();
      await sink.close();
    }
  });

  it('bsread: a blocked send ends with the stop signal and counts as not delivered', async () => {
    const stop = new AbortController();
    const sink = await open({ mode: 'PUSH' }, stop.signal);
    const sending = sink.send(prepare(new Map([['a', 1]]))!, 1n, time);
    stop.abort();
    expect(await sending).to.equal(false);
    await sink.close();
  });

  it('bsread: without block a message that nobody takes is given up', async () => {
    const sink = await open({ mode: 'PUSH', block: false });
    expect(await sink.send(prepare(new Map([['a', 1]]))!, 1n, time)).to.equal(false);
    await sink.close();
  });

  it('connects to output_stream', async () => {
    const receiver = new Receiver({
      address: 'tcp://127.0.0.1:*',
      mode: 'PULL',
      attachment: 'bind',
      receiveTimeout: 100_000,
    });
    await receiver.open();
    const sink = await open({ mode: 'PUSH', output_stream: receiver.address });
    try {
      await sink.send(prepare(new Map([['a', 7n]]))!, 3n, time);
      expect((await receiver.receive())!.pulseId).to.equal(3n);
    } finally {
      await sink.close();
      receiver.close();
    }
  });

  it('reads compressions', () => {
    expect(readCompression(true, 'Data compression')).to.equal('bitshuffle_lz4');
    expect(readCompression('lz4', 'Data compression')).to.equal('lz4');
    expect(readCompression('', 'Data compression')).to.equal('none');
    expect(() => readCompression('zip', 'Data compression')).to.throw(
      'Data compression "zip" not supported.',
    );
  });
});
