/** A receiver in a process of its own: `receiver.js ADDRESS MODE`. It reports each pulse id as text. */
import { Receiver } from '../../../src/bsread/index.js';

const [address = '', mode = 'SUB'] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
const receiver = new Receiver({ address, mode: mode as 'SUB', highWaterMark: 2 });
await receiver.open();
for await (const message of receiver.messages()) process.send?.(String(message.pulseId));
