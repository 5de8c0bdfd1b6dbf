import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { PortAllocator } from '../../src/instances/index.js';
import { freePortRange } from '../support/ports.js';
import { rejection } from './support.js';

const HOST = '127.0.0.1';
const ALL_USED = 'All ports are used. Stop some instances before opening a new stream.';

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

/** An allocator over `size` ports that were all free a moment ago. */
async function createAllocator(size: number): Promise<{ allocator: PortAllocator; from: number }> {
  for (;;) {
    const { from, to } = await freePortRange(size);
    const probe = new PortAllocator({ from, to }, HOST);
    try {
      for (let port = from; port < to; port += 1) await probe.reserve('probe', port);
      return { allocator: new PortAllocator({ from, to }, HOST), from };
    } catch {
      // another test listens there: elsewhere
    }
  }
}

describe('stream ports', () => {
  it('are handed out round robin, so that a freed one is not reused at once', async () => {
    const { allocator, from } = await createAllocator(3);
    expect(await allocator.allocate('a')).to.equal(from);
    expect(await allocator.allocate('b')).to.equal(from + 1);
    allocator.release('a');
    expect(await allocator.allocate('c')).to.equal(from + 2);
    expect(await allocator.allocate('d')).to.equal(from);
  });

  it('are refused when all are used, whatever the size of the range', async () => {
    const { allocator } = await createAllocator(2);
    await allocator.allocate('a');
    await allocator.allocate('b');
    expect((await rejection(allocator.allocate('c'))).message).to.equal(ALL_USED);
    allocator.release('a');
    await allocator.allocate('c');
  });

  it('are taken as preferred when free, else as without a preference', async () => {
    const { allocator, from } = await createAllocator(4);
    expect(await allocator.allocate('a', from + 2)).to.equal(from + 2);
    expect(await allocator.allocate('b', from + 2)).to.equal(from);
    expect(await allocator.allocate('c', from - 1)).to.equal(from + 1);
    expect(await allocator.allocate('d')).to.equal(from + 3);
  });

  it('that another program uses are passed over', async () => {
    const { allocator, from } = await createAllocator(2);
    const server = await listen(from);
    try {
      expect(await allocator.allocate('a')).to.equal(from + 1);
      expect((await rejection(allocator.allocate('b'))).message).to.equal(ALL_USED);
      expect((await rejection(allocator.reserve('b', from))).message).to.equal(
        `Port ${from} is used by another program.`,
      );
    } finally {
      server.close();
    }
    expect(allocator.usage).to.deep.equal({ used: 1, total: 2 });
  });

  it('that are fixed count as used', async () => {
    const { allocator, from } = await createAllocator(2);
    await allocator.reserve('fixed', from);
    await allocator.reserve('fixed', from);
    expect(await allocator.allocate('a')).to.equal(from + 1);
    expect((await rejection(allocator.reserve('b', from))).message).to.equal(
      `Port ${from} is used by instance 'fixed'.`,
    );
    expect([allocator.portOf('fixed'), allocator.holderOf(from)]).to.deep.equal([from, 'fixed']);
  });

  it('are never handed out twice, whatever is allocated and released at the same time', async () => {
    const { allocator } = await createAllocator(6);
    const step = fc.record({ name: fc.nat(9), release: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const held = new Map<string, number>();
        await Promise.all(
          steps.map(async ({ name, release }, index) => {
            const holder = `${name}-${index}`;
            if (release) {
              const [first] = held.keys();
              if (first === undefined) return;
              held.delete(first);
              allocator.release(first);
              return;
            }
            try {
              const port = await allocator.allocate(holder);
              expect([...held.values()]).not.to.include(port);
              held.set(holder, port);
            } catch (error) {
              expect((error as Error).message).to.equal(ALL_USED);
            }
          }),
        );
        expect(allocator.usage.used).to.equal(held.size);
        for (const holder of held.keys()) allocator.release(holder);
      }),
      { numRuns: 30 },
    );
  });
});
