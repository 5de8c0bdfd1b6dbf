/** The program of `channel-access.ts`: a Channel Access server that its parent tells what to serve. */
import type { NativeType } from '../../src/epics/index.js';
import { ChannelAccessServer } from '../../src/epics/server/server.js';
import type { PeerCommand } from './channel-access.js';

const server = new ChannelAccessServer();
const port = Number(process.argv[2]);

process.on('message', (command: PeerCommand) => {
  for (const [name, type, value] of command.add ?? []) server.add(name, type as NativeType, value);
  for (const [name, value] of command.set ?? []) server.set(name, value);
  process.send?.('done');
});
process.on('disconnect', () => process.exit(0));
process.send?.(await server.start(port));
