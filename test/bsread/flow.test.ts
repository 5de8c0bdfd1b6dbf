import { expect } from 'chai';
import { encodeDataHeader, Receiver } from '../../src/bsread/index.js';
import { arrayValue } from '../../src/common/values.js';
import { counter, errorOf, sockets, timestamp } from './sockets.js';

describe('bsread: senders and receivers that wait, hang and give up', () => {
  const { keep, openSender, openReceiver } = sockets();

  it('drops whole messages, and counts them, when nobody takes them', async () => {
    const sender = await openSender({ mode: 'PUSH', block: false });
    const header = encodeDataHeader([{ name: 'a', type: 'int32', shape: [1] }]);
    expect(await sender.send(header, [1], 1n, timestamp)).to.equal('dropped');
    expect(sender.statistics).to.deep.include({ messagesSent: 0, messagesDropped: 1 });
  });

  it('ends a blocking send when the caller stops, and sends again afterwards', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const stop = new AbortController();
    const sending = sender.send(counter, [1], 1n, timestamp, stop.signal);
    expect(await errorOf(sender.send(counter, [1], 2n, timestamp))).to.match(
      /has not finished the last message/,
    );
    stop.abort();
    expect(await sending).to.equal('dropped');
    expect(await sender.send(counter, [1], 3n, timestamp, stop.signal)).to.equal('dropped');
    const receiver = await openReceiver(sender.address, 'PULL');
    expect(await sender.send(counter, [1], 4n, timestamp)).to.equal('sent');
    expect((await receiver.receive())?.pulseId).to.equal(4n);
    expect(sender.statistics).to.deep.include({ messagesSent: 1, messagesDropped: 2 });
  });

  it('gives a message up after the send time-out, or when the sender is closed', async () => {
    const sender = await openSender({ mode: 'PUSH', sendTimeout: 20 });
    expect(await sender.send(counter, [1], 1n, timestamp)).to.equal('dropped');
    const patient = await openSender({ mode: 'PUSH' });
    const sending = patient.send(counter, [1], 1n, timestamp);
    patient.close();
    expect(await sending).to.equal('dropped');
    expect(await errorOf(patient.send(counter, [1], 1n, timestamp))).to.match(/is not open$/);
  });

  it('waits at the high-water mark of a reader that hangs, and loses nothing', async () => {
    const sender = await openSender({ mode: 'PUSH', highWaterMark: 2 });
    const receiver = keep(new Receiver({ address: sender.address, mode: 'PULL', highWaterMark: 2 }));
    await receiver.open();
    const header = encodeDataHeader([{ name: 'block', type: 'uint8', shape: [1 << 20] }]);
    const block = arrayValue(new Uint8Array(1 << 20));
    let sent = 0;
    const count = 60;
    const sending = (async () => {
      for (; sent < count; sent += 1) await sender.send(header, [block], BigInt(sent), timestamp);
    })();
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).to.be.lessThan(count);
    const received = [];
    while (received.length < count) received.push((await receiver.receive())?.pulseId);
    await sending;
    expect(received).to.deep.equal(Array.from({ length: count }, (_, index) => BigInt(index)));
  });

  it('never lets other work starve while nobody takes its messages', async () => {
    const sender = await openSender({ mode: 'PUSH', block: false });
    let ticked = false;
    setImmediate(() => {
      ticked = true;
    });
    while (!ticked) await sender.send(counter, [1], 1n, timestamp);
    expect(sender.statistics.messagesDropped).to.be.greaterThan(1);
  });

  it('lets other work go on while there is always a next message for a slow reader', async () => {
    const sender = await openSender({ mode: 'PUSH', highWaterMark: 100 });
    const receiver = await openReceiver(sender.address, 'PULL');
    for (let count = 0; count < 50; count += 1) await sender.send(counter, [count], 1n, timestamp);
    await receiver.receive();
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 1);
    for (let count = 1; count < 50; count += 1) {
      const end = performance.now() + 5;
      while (performance.now() < end);
      await receiver.receive();
    }
    clearInterval(ticking);
    expect(ticks).to.be.at.least(20);
  });

  it('loses no message to a receive that was given up', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const receiver = await openReceiver(sender.address, 'PULL', 5);
    const stop = new AbortController();
    const pending = receiver.receive({ signal: stop.signal });
    expect(await errorOf(receiver.receive())).to.match(/is already waiting$/);
    stop.abort();
    expect(await pending).to.equal(null);
    expect(await receiver.receive()).to.equal(null);
    await sender.send(counter, [1], 1n, timestamp);
    let message = null;
    while (message === null) message = await receiver.receive();
    expect(message.pulseId).to.equal(1n);
  });

  it('loses nothing when a message arrives just as the caller gives up', async () => {
    const sender = await openSender({ mode: 'PUSH' });
    const receiver = await openReceiver(sender.address, 'PULL');
    for (let pulseId = 0n; pulseId < 3n; pulseId += 1n) {
      await sender.send(counter, [1], pulseId, timestamp);
    }
    expect((await receiver.receive())?.pulseId).to.equal(0n);
    // by now the next one waits in the socket, so it arrives while the abort is under way
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stop = new AbortController();
    const given = receiver.receive({ signal: stop.signal });
    stop.abort();
    expect(await given).to.equal(null);
    expect((await receiver.receive())?.pulseId).to.equal(1n);
  });
});
