/** Ports for tests that run beside others. */
import { createServer, type Server } from 'node:net';
import type { PortRange } from '../../src/instances/index.js';
import { until } from './until.js';

/** Below the ports that the operating system hands out by itself (32768 and above). */
const FIRST_PORT = 12_000;
const BLOCKS = 25;
const PORTS_OF_BLOCK = 800;
/** Who listens on the guard of a block owns its ports until its process ends. */
const FIRST_GUARD = 32_000;

/** Of this process: where its block begins, and how many of its ports were handed out last. */
let block: Promise<{ readonly first: number; used: number }> | null = null;

/** A range of ports that are free now; tests in other processes get none of them, and further calls here only much later. */
export async function freePortRange(size: number): Promise<PortRange> {
  block ??= takeBlock();
  const own = await block;
  for (let tried = 0; tried < 2 * PORTS_OF_BLOCK; tried += size) {
    if (own.used + size > PORTS_OF_BLOCK) own.used = 0;
    const from = own.first + own.used;
    own.used += size;
    const ports = Array.from({ length: size }, (_, index) => from + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return { from, to: from + size };
  }
  throw new Error(`No ${size} free ports in a row were found from ${own.first} on`);
}

/** A port that nobody listens on, and that no other test gets. */
export async function freePort(): Promise<number> {
  return (await freePortRange(1)).from;
}

/** Waits for another process to end when all blocks are taken. */
async function takeBlock(): Promise<{ first: number; used: number }> {
  const first = Math.floor(Math.random() * BLOCKS);
  const taken = await until(async () => {
    for (let turn = 0; turn < BLOCKS; turn += 1) {
      const index = (first + turn) % BLOCKS;
      if ((await listen(FIRST_GUARD + index, '127.0.0.1')) !== null) return { index };
    }
    return null;
  }, 'a free block of ports');
  return { first: FIRST_PORT + taken.index * PORTS_OF_BLOCK, used: 0 };
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port, '0.0.0.0');
  if (server === null) return false;
  await new Promise((closed) => server.close(closed));
  return true;
}

/** Null when somebody else listens there. The server does not keep the process alive. */
function listen(port: number, host: string): Promise<Server | null> {
  return new Promise((done) => {
    const server = createServer().unref();
    server.once('error', () => done(null));
    server.listen({ port, host, exclusive: true }, () => done(server));
  });
}
