/**
 * A receiver that reads nothing until it gets a message from its parent: `slow-receiver.js ADDRESS`. It then reports the pulse
 * ids that have been waiting. If sockets ask for heartbeats, they do so every 50 ms here, so that nobody has to wait for one.
 */
import { once } from 'node:events';
import { Receiver } from '../../../src/bsread/index.js';
import { TRANSPORT_OPTIONS } from '../../../src/bsread/sockets.js';

const [address = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
if ('heartbeatInterval' in TRANSPORT_OPTIONS) Object.assign(TRANSPORT_OPTIONS, { heartbeatInterval: 50 });
const receiver = new Receiver({ address, mode: 'PULL', highWaterMark: 2 });
await receiver.open();
await once(process, 'message');
for await (const message of receiver.messages()) process.send?.(String(message.pulseId));
