import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeDataHeader, type ReceivedMessage, Receiver, Sender } from '../../src/bsread/index.js';
import { packageRoot } from '../../src/common/package.js';
import { type ArrayValue, arrayValue } from '../../src/common/values.js';
import { until } from '../support/until.js';

const folder = join(packageRoot, 'dist', 'test', 'bsread', 'children');
const timestamp = { seconds: 1n, nanoseconds: 0n };

describe('bsread: two processes', () => {
  const children: ChildProcess[] = [];
  const closing: { close(): void }[] = [];

  afterEach(async () => {
    for (const item of closing.splice(0)) item.close();
    for (const child of children.splice(0)) await kill(child);
  });

  function start(program: string, address: string, mode: string): ChildProcess {
    const child = fork(join(folder, program), [address, mode]);
    children.push(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async function startSender(address = 'tcp://127.0.0.1:0', mode = 'PUSH') {
    const child = start('sender.js', address, mode);
    const [bound] = (await once(child, 'message')) as [string];
    return { child, address: bound };
  }

  async function openReceiver(
    address: string,
    mode: 'SUB' | 'PULL' = 'PULL',
    receiveTimeout = 0,
  ): Promise<Receiver> {
    const receiver = new Receiver({ address, mode, receiveTimeout });
    closing.push(receiver);
    await receiver.open();
    return receiver;
  }

  async function next(receiver: Receiver): Promise<ReceivedMessage> {
    for await (const message of receiver.messages()) return message;
    throw new Error('the receiver was closed');
  }

  it('carries every image whole and in order', async () => {
    const { address } = await startSender();
    const receiver = await openReceiver(address);
    for (let pulseId = 1n; pulseId <= 50n; pulseId += 1n) {
      const message = await next(receiver);
      expect(message.pulseId).to.equal(pulseId);
      const image = message.channel('image')?.decode() as ArrayValue;
      expect(image.shape).to.deep.equal([200, 320]);
      const wrong = (image.data as Uint16Array).findIndex((pixel) => pixel !== Number(pulseId));
      expect(wrong).to.equal(-1);
      message.release();
    }
    expect(receiver.statistics).to.deep.include({ messagesReceived: 50, messagesDropped: 0 });
  });

  for (const [send, receive] of [
    ['PUSH', 'PULL'],
    ['PUB', 'SUB'],
  ] as const) {
    it(`goes on with a ${send} source that was killed and started again`, async () => {
      const first = await startSender('tcp://127.0.0.1:0', send);
      const receiver = await openReceiver(first.address, receive);
      let message = await next(receiver);
      expect(message.formatChanged).to.equal(true);
      await kill(first.child);
      await startSender(first.address, send);
      const firstProcess = message.timestamp?.seconds;
      while (message.timestamp?.seconds === firstProcess) {
        message = await next(receiver);
        expect(message.formatChanged).to.equal(false);
      }
      expect(message.channel('image')?.decode()).to.not.equal(null);
    });
  }

  it('keeps serving the others while one subscriber hangs, and forgets it when it dies', async () => {
    const sender = new Sender({ address: 'tcp://127.0.0.1:0', highWaterMark: 3, linger: 0 });
    closing.push(sender);
    await sender.open();
    const hanging = start('receiver.js', sender.address, 'SUB');
    const receiver = await openReceiver(sender.address, 'SUB', 20);
    const header = encodeDataHeader([{ name: 'block', type: 'uint8', shape: [1 << 20] }]);
    let pulseId = 0n;
    const sendOne = async (): Promise<void> => {
      pulseId += 1n;
      await sender.send(header, [arrayValue(new Uint8Array(1 << 20))], pulseId, timestamp);
    };
    let subscribed = false;
    hanging.once('message', () => {
      subscribed = true;
    });
    // a subscription takes a moment to reach the publisher; what came late is read before the next is sent
    let last: bigint | undefined;
    while (!subscribed || last !== pulseId) {
      if (last === undefined || last === pulseId) await sendOne();
      last = (await receiver.receive())?.pulseId;
    }
    hanging.kill('SIGSTOP');
    for (let index = 0; index < 60; index += 1) {
      await sendOne();
      expect((await next(receiver)).pulseId).to.equal(pulseId);
    }
    expect(sender.statistics.clients).to.equal(2);
    await kill(hanging);
    await until(() => sender.statistics.clients === 1);
  });

  // libzmq aborts the process of the receiver when a heartbeat is due there (github.com/zeromq/libzmq/issues/4364)
  it('lets a slow receiver survive a dead peer with backlog', async () => {
    const source = await startSender();
    const slow = start('slow-receiver.js', source.address, 'PULL');
    let taken = 0;
    source.child.on('message', (count) => {
      taken = Number(count);
    });
    // more than both sides keep: the rest waits in the connection
    await until(() => taken >= 15);
    await kill(source.child);
    const ended = once(slow, 'exit');
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 400))]);
    slow.send('read');
    const [first] = (await Promise.race([once(slow, 'message'), ended])) as [unknown];
    expect(first, 'the first pulse id, or the exit code').to.equal('1');
  });

  it('gives messages to the next reader when one has died', async () => {
    const sender = new Sender({ address: 'tcp://127.0.0.1:0', mode: 'PUSH', linger: 0 });
    closing.push(sender);
    await sender.open();
    const dying = start('receiver.js', sender.address, 'PULL');
    const header = encodeDataHeader([{ name: 'n', type: 'int64', shape: [1] }]);
    const reported = once(dying, 'message');
    await sender.send(header, [1n], 1n, timestamp);
    expect((await reported)[0]).to.equal('1');
    await kill(dying);
    await until(() => sender.statistics.clients === 0);
    const receiver = await openReceiver(sender.address, 'PULL', 100);
    // what was under way to the dead reader is lost, and ZeroMQ tells of its death a moment before it takes its queue away
    let message: ReceivedMessage | null = null;
    for (let pulseId = 2n; message === null; pulseId += 1n) {
      await sender.send(header, [pulseId], pulseId, timestamp);
      message = await receiver.receive();
    }
    expect(Number(message.pulseId)).to.be.greaterThan(1);
  });
});
