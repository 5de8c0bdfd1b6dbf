/** Ports for tests that run beside others. */
import { createServer, type Server } from 'node:net';
import type { PortRange } from '../../src/instances/index.js';

/** Below the ports that the operating system hands out by itself (32768 and above). */
const FIRST_PORT = 12_000;
const UNITS = 760;
const PORTS_OF_UNIT = 20;
/** Who listens on the guard of a unit owns its ports until its process ends. */
const FIRST_GUARD = 32_000;

/** A range of ports that are free now and that no other test gets, in this process or another. */
export async function freePortRange(size: number): Promise<PortRange> {
  const count = Math.ceil(size / PORTS_OF_UNIT);
  for (let attempt = 0; attempt < 200; attempt++) {
    const unit = Math.floor(Math.random() * (UNITS - count));
    const from = FIRST_PORT + unit * PORTS_OF_UNIT;
    const guards = numbers(FIRST_GUARD + unit, count);
    // guards that are taken in vain are lost, of many
    if ((await allOf(guards, isTaken)) && (await allOf(numbers(from, size), isFree))) {
      return { from, to: from + size };
    }
  }
  throw new Error(`No ${size} free ports in a row were found`);
}

/** A port that nobody listens on, and that no other test gets. */
export async function freePort(): Promise<number> {
  return (await freePortRange(1)).from;
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

async function allOf(ports: readonly number[], test: (port: number) => Promise<boolean>): Promise<boolean> {
  for (const port of ports) if (!(await test(port))) return false;
  return true;
}

/** Takes a guard for the rest of this process. */
async function isTaken(port: number): Promise<boolean> {
  return (await listen(port, '127.0.0.1')) !== null;
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port, '0.0.0.0');
  if (server === null) return false;
  await new Promise((closed) => server.close(closed));
  return true;
}

/** Null when somebody else listens there. */
function listen(port: number, host: string): Promise<Server | null> {
  return new Promise((done) => {
    const server = createServer().unref();
    server.once('error', () => done(null));
    server.listen({ port, host, exclusive: true }, () => done(server));
  });
}
