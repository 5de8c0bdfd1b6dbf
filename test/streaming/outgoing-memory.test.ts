import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { allocateOutgoing } from '../../src/streaming/outgoing-memory.js';

const IMAGE = 2560 * 2160 * 2;

describe('streaming/outgoing-memory', () => {
  it('gives each message memory of its own', () => {
    const first = allocateOutgoing(1000);
    expect(first.byteLength).to.equal(1000);
    expect(allocateOutgoing(1000)).not.to.equal(first);
  });

  it('has what is no longer used collected before much of it piles up', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let image = 0; image < 100; image += 1) {
      new Uint8Array(allocateOutgoing(IMAGE)).fill(1);
      await setImmediate();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).to.be.lessThan(3.5 * IMAGE);
  });
});
