/** Ports for tests that run beside others. */
import { createServer } from 'node:net';
import type { PortRange } from '../../src/instances/index.js';

/**
 * A range of ports that are free now, drawn at random below those that the operating system hands out (32768 and above), so
 * that tests beside this one hardly ever meet it; the server asks again before it uses a port.
 */
export async function freePortRange(size: number): Promise<PortRange> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const from = 12_000 + Math.floor(Math.random() * (20_000 - size));
    const ports = Array.from({ length: size }, (_, index) => from + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return { from, to: from + size };
  }
  throw new Error(`No ${size} free ports in a row were found`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => done(true)));
  });
}
