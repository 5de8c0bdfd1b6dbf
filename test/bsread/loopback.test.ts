import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Push } from 'zeromq';
import { type ChannelDefinition, encodeDataHeader, Receiver, Sender } from '../../src/bsread/index.js';
import { encodeMessage } from '../../src/bsread/message.js';
import { arrayValue, type ChannelValue, isArrayValue, TypedScalar } from '../../src/common/values.js';
import { until } from '../support/until.js';
import { counter, errorOf, sockets, timestamp } from './sockets.js';

describe('bsread: sender and receiver over real sockets', () => {
  const { keep, openSender, openReceiver } = sockets();

  const channels: ChannelDefinition[] = [
    { name: 'image', type: 'uint16', shape: [3, 2], compression: 'bitshuffle_lz4' },
    { name: 'big', type: 'int32', shape: [2], encoding: 'big' },
    { name: 'waveform', type: 'float64', shape: [4], compression: 'lz4' },
    { name: 'count', type: 'uint64', shape: [1] },
    { name: 'flag', type: 'bool', shape: [1] },
    { name: 'text', type: 'string', shape: [1] },
    { name: 'missing', type: 'float64', shape: [1] },
  ];
  const values: ChannelValue[] = [
    arrayValue(new Uint16Array([1, 2, 3, 4, 5, 6]), [2, 3]),
    arrayValue(new Int32Array([-1, 2 ** 30])),
    arrayValue(new Float64Array([1.5, Number.NaN, Number.POSITIVE_INFINITY, -0])),
    new TypedScalar('uint64', 2n ** 64n - 1n),
    true,
    'Grüße',
    null,
  ];

  for (const [send, receive] of [
    ['PUSH', 'PULL'],
    ['PUB', 'SUB'],
  ] as const) {
    it(`carries every kind of value over ${send} and ${receive}, with a compressed header`, async () => {
      const sender = await openSender({ mode: send });
      const receiver = await openReceiver(sender.address, receive, 50);
      const header = encodeDataHeader(channels, 'bitshuffle_lz4');
      const pulseId = 2n ** 62n + 1n;
      let message = null;
      // a subscription takes a moment to reach the publisher
      while (message === null) {
        await sender.send(header, values, pulseId, timestamp);
        message = await receiver.receive();
      }
      expect(message.pulseId).to.equal(pulseId);
      expect(message.timestamp).to.deep.equal(timestamp);
      expect(message.formatChanged).to.equal(true);
      const received = message.channels.map((channel) => channel.decode());
      expect(received[0]).to.deep.equal({
        type: 'uint16',
        data: new Uint16Array([1, 2, 3, 4, 5, 6]),
        shape: [2, 3],
      });
      expect(received[1]).to.deep.equal({ type: 'int32', data: new Int32Array([-1, 2 ** 30]), shape: [2] });
      expect(isArrayValue(received[2] as ChannelValue)).to.equal(true);
      expect(Array.from((received[2] as { data: Float64Array }).data)).to.deep.equal([
        1.5,
        Number.NaN,
        Infinity,
        -0,
      ]);
      expect(received.slice(3)).to.deep.equal([
        new TypedScalar('uint64', 2n ** 64n - 1n),
        true,
        'Grüße',
        null,
      ]);
      expect(message.channels[1]?.timestamp).to.deep.equal(timestamp);
      expect(message.channel('missing')?.timestamp).to.equal(null);
    });
  }

  it('decodes an image straight into shared memory, and gives its memory back', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const receiver = await openReceiver(sender.address, 'PULL');
    const image = Uint16Array.from({ length: 640 * 480 }, (_, index) => index);
    const header = encodeDataHeader([{ name: 'image', type: 'uint16', shape: [640, 480] }]);
    await sender.send(header, [arrayValue(image, [480, 640])], 1n, timestamp);
    const message = await receiver.receive();
    const slot = new Uint16Array(new SharedArrayBuffer(image.byteLength));
    expect(message?.channel('image')?.decodeInto(new Uint8Array(slot.buffer))).to.equal(true);
    expect(message?.channel('image')?.decodeInto(new Uint8Array(10))).to.equal(false);
    message?.release();
    expect(Buffer.compare(Buffer.from(slot.buffer), Buffer.from(image.buffer))).to.equal(0);
    expect(message?.channel('image')?.frame?.length).to.equal(0);
  });

  it('flags a new data header only when it changes', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const receiver = await openReceiver(sender.address, 'PULL');
    const first = encodeDataHeader([{ name: 'a', type: 'int32', shape: [1] }]);
    const second = encodeDataHeader([{ name: 'b', type: 'int32', shape: [1] }]);
    for (const header of [first, first, second]) await sender.send(header, [1], 1n, timestamp);
    const flags = [];
    for (let index = 0; index < 3; index += 1) flags.push((await receiver.receive())?.formatChanged);
    expect(flags).to.deep.equal([true, false, true]);
    expect(sender.statistics).to.deep.include({ messagesSent: 3, headerChanges: 2, messagesDropped: 0 });
    expect(receiver.statistics).to.deep.include({
      messagesReceived: 3,
      totalBytesReceived: sender.statistics.bytesSent,
    });
  });

  it('tells of every change of the number of clients', async () => {
    const changes: number[] = [];
    const sender = await openSender({ onClientsChange: (clients) => changes.push(clients) });
    const receiver = await openReceiver(sender.address, 'SUB');
    const idleBefore = sender.idleSince;
    await until(() => changes.length === 1);
    expect(sender.idleSince).to.equal(null);
    receiver.close();
    await until(() => changes.length === 2);
    expect(changes).to.deep.equal([1, 0]);
    expect(sender.idleSince).to.be.above(idleBefore!);
  });

  it('counts clients of a bound and of a connecting sender', async () => {
    const sender = await openSender();
    const receiver = await openReceiver(sender.address, 'SUB');
    await until(() => sender.statistics.clients === 1);
    receiver.close();
    await until(() => sender.statistics.clients === 0);
    const sink = keep(new Receiver({ address: 'tcp://127.0.0.1:0', mode: 'PULL', attachment: 'bind' }));
    await sink.open();
    const connecting = await openSender({ mode: 'PUSH', attachment: 'connect', address: sink.address });
    await until(() => connecting.statistics.clients === 1);
  });

  it('passes over what the filter refuses, and tells of header changes', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const changes: bigint[] = [];
    const receiver = keep(
      new Receiver({
        address: sender.address,
        mode: 'PULL',
        onHeaderChange: (message) => changes.push(message.pulseId),
      }),
    );
    await receiver.open();
    const other = encodeDataHeader([{ name: 'b', type: 'int32', shape: [1] }]);
    for (let pulseId = 1n; pulseId <= 6n; pulseId += 1n) {
      await sender.send(pulseId < 3n ? counter : other, [1], pulseId, timestamp);
    }
    const even = (message: { pulseId: bigint }): boolean => message.pulseId % 2n === 0n;
    const received: bigint[] = [];
    for await (const message of receiver.messages({ filter: even })) {
      received.push(message.pulseId);
      if (received.length === 3) receiver.close();
    }
    expect(received).to.deep.equal([2n, 4n, 6n]);
    expect(changes).to.deep.equal([3n]);
    expect(receiver.statistics.messagesReceived).to.equal(6);
  });

  it('collects from several connecting senders, also over ipc', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bsread-'));
    for (const address of ['tcp://127.0.0.1:0', `ipc://${folder}/fan-in`]) {
      const sink = keep(new Receiver({ address, mode: 'PULL', attachment: 'bind' }));
      await sink.open();
      for (const pulseId of [1n, 2n]) {
        const sender = await openSender({ mode: 'PUSH', attachment: 'connect', address: sink.address });
        await sender.send(counter, [1], pulseId, timestamp);
      }
      const received = [(await sink.receive())?.pulseId, (await sink.receive())?.pulseId];
      expect(received).to.have.members([1n, 2n]);
    }
    await rm(folder, { recursive: true });
  });

  it('drops and counts what is not bsread, and reads on', async () => {
    const push = keep(new Push({ linger: 0, sendHighWaterMark: 10 }));
    await push.bind('tcp://127.0.0.1:0');
    const warnings: string[] = [];
    const receiver = keep(
      new Receiver({
        address: push.lastEndpoint as string,
        mode: 'PULL',
        onWarning: (text) => warnings.push(text),
      }),
    );
    await receiver.open();
    await push.send(['one part']);
    await push.send(['{"htype": "bsr_stop-1.0"}', '']);
    await push.send(encodeMessage(counter, [1], 5n, timestamp));
    expect(await receiver.receive()).to.equal(null);
    expect(await receiver.receive()).to.equal(null);
    expect((await receiver.receive())?.pulseId).to.equal(5n);
    expect(receiver.statistics).to.deep.include({ messagesReceived: 1, messagesDropped: 2 });
    expect(warnings).to.deep.equal([
      'Message dropped: a message of 1 parts; at least 2 are needed',
      "Message dropped: htype 'bsr_stop-1.0' is not a bsread message",
    ]);
  });

  it('cuts off a peer whose part is larger than allowed', async () => {
    const changes: number[] = [];
    const sender = await openSender({ mode: 'PUSH', onClientsChange: (clients) => changes.push(clients) });
    const receiver = keep(new Receiver({ address: sender.address, mode: 'PULL', maximumPartSize: 1000 }));
    await receiver.open();
    const header = encodeDataHeader([{ name: 'a', type: 'uint8', shape: [2000] }]);
    await sender.send(header, [arrayValue(new Uint8Array(2000))], 1n, timestamp);
    await until(() => changes.includes(0));
    await sender.send(counter, [1], 2n, timestamp);
    expect((await receiver.receive())?.pulseId).to.equal(2n);
  });

  it('gives null after the receive time-out, and when it is closed', async () => {
    const sender = await openSender();
    const impatient = await openReceiver(sender.address, 'SUB', 20);
    expect(await impatient.receive()).to.equal(null);
    const patient = await openReceiver(sender.address, 'SUB', 60_000);
    const pending = patient.receive();
    patient.close();
    expect(await pending).to.equal(null);
  });

  it('says what cannot be bound, and which value does not fit', async () => {
    const sender = await openSender();
    const second = keep(new Sender({ address: sender.address }));
    expect(await errorOf(second.open())).to.equal(`Unable to bind to ${sender.address}`);
    const header = encodeDataHeader([{ name: 'a', type: 'int32', shape: [1] }]);
    expect(await errorOf(sender.send(header, [], 1n, timestamp))).to.equal(
      'Length of passed data (0) does not correspond to configured channels (1)',
    );
    expect(await errorOf(sender.send(header, ['x'], 1n, timestamp))).to.equal(
      "Channel 'a' is int32, not a string",
    );
  });

  it('receives again from a source that was restarted at its address', async () => {
    const header = encodeDataHeader([{ name: 'a', type: 'int32', shape: [1] }]);
    const first = await openSender({ mode: 'PUSH' });
    const receiver = await openReceiver(first.address, 'PULL');
    await first.send(header, [1], 1n, timestamp);
    expect((await receiver.receive())?.pulseId).to.equal(1n);
    const address = first.address;
    first.close();
    let second: Sender | null = null;
    while (second === null) {
      // the old socket releases its port in the background
      second = await openSender({ mode: 'PUSH', address }).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await second.send(header, [2], 2n, timestamp);
    expect((await receiver.receive())?.pulseId).to.equal(2n);
  });
});
