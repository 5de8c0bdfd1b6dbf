/** One side of `loopback.bench.ts`: `loopback-peer.js bsread|bare receive` or `… send <address>`. */
import { Pull, Push } from 'zeromq';
import { encodeDataHeader, Receiver, Sender } from '../src/bsread/index.js';
import { arrayValue } from '../src/common/values.js';
import { cameraImage } from './benchmark.js';

const WARM_UP = 20;
const MESSAGES = 200;
const HIGH_WATER_MARK = 10;
const [, , kind, role, address = 'tcp://127.0.0.1:0'] = process.argv;

/** Receives until enough messages came, and reports their rate to the parent. */
async function receiveAll(next: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < WARM_UP; index += 1) await next();
  const start = performance.now();
  for (let index = 0; index < MESSAGES; index += 1) await next();
  process.send?.((MESSAGES * 1000) / (performance.now() - start));
}

async function receiveBsread(): Promise<void> {
  const receiver = new Receiver({
    address,
    mode: 'PULL',
    attachment: 'bind',
    highWaterMark: HIGH_WATER_MARK,
  });
  await receiver.open();
  process.send?.(receiver.address);
  await receiveAll(async () => (await receiver.receive())?.release());
}

async function receiveBare(): Promise<void> {
  const socket = new Pull({ receiveHighWaterMark: HIGH_WATER_MARK, linger: 0 });
  await socket.bind(address);
  process.send?.(socket.lastEndpoint);
  await receiveAll(() => socket.receive());
}

async function sendBsread(): Promise<void> {
  const sender = new Sender({
    address,
    mode: 'PUSH',
    attachment: 'connect',
    highWaterMark: HIGH_WATER_MARK,
    linger: 0,
  });
  await sender.open();
  const header = encodeDataHeader([{ name: 'image', type: 'uint16', shape: [2560, 2160] }]);
  const image = arrayValue(cameraImage(2560, 2160), [2160, 2560]);
  for (let pulseId = 0n; ; pulseId += 1n) {
    await sender.send(header, [image], pulseId, { seconds: 0n, nanoseconds: 0n });
  }
}

async function sendBare(): Promise<void> {
  const socket = new Push({ sendHighWaterMark: HIGH_WATER_MARK, linger: 0 });
  socket.connect(address);
  const image = new Uint8Array(cameraImage(2560, 2160).buffer);
  const [main, data, stamp] = [Buffer.alloc(140), Buffer.alloc(120), Buffer.alloc(16)];
  for (;;) await socket.send([main, data, image, stamp]);
}

const programs = {
  bsread: { receive: receiveBsread, send: sendBsread },
  bare: { receive: receiveBare, send: sendBare },
};
await programs[kind as 'bsread' | 'bare'][role as 'receive' | 'send']();
