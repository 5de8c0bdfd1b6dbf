/**
 * A sender in a process of its own: `sender.js ADDRESS MODE`. It reports its address, then sends numbered images until it is
 * killed, and reports how many were taken. The seconds of its timestamps are its process id, which tells a sender from its successor.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { encodeDataHeader, Sender } from '../../../src/bsread/index.js';
import { arrayValue } from '../../../src/common/values.js';

const [address = '', mode = 'PUSH'] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
const [width, height] = [320, 200];
const header = encodeDataHeader([{ name: 'image', type: 'uint16', shape: [width, height] }]);
const sender = new Sender({ address, mode: mode as 'PUSH', linger: 0 });
await sender.open();
process.send?.(sender.address);
for (let pulseId = 1n; ; pulseId += 1n) {
  const image = new Uint16Array(width * height).fill(Number(pulseId));
  await sender.send(header, [arrayValue(image, [height, width])], pulseId, {
    seconds: BigInt(process.pid),
    nanoseconds: 0n,
  });
  process.send?.(Number(pulseId));
  await delay(1);
}
