import { readFileSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { SharedMemory } from '../../../src/user-code/host/shared-memory.js';

describe('memory that is shared with a function', () => {
  it('is seen by others through its descriptor, grows, and has no name', () => {
    const memory = new SharedMemory();
    try {
      memory.reserve(1000);
      expect(memory.memory.byteLength).to.equal(1 << 20);
      new Uint8Array(memory.memory, 0, 4).set([1, 2, 3, 4]);
      memory.flush(4);
      const seen = readFileSync(`/proc/self/fd/${memory.fd}`);
      expect([...seen.subarray(0, 4)]).to.deep.equal([1, 2, 3, 4]);
      writeSync(memory.fd, Uint8Array.of(9), 0, 1, 2);
      memory.fetch(0, 4);
      expect([...new Uint8Array(memory.memory, 0, 4)]).to.deep.equal([1, 2, 9, 4]);
      memory.reserve(3 << 20);
      expect([...new Uint8Array(memory.memory, 0, 4)]).to.deep.equal([1, 2, 9, 4]);
    } finally {
      memory.close();
    }
    expect(memory.memory.byteLength).to.equal(0);
  });

  it('that does not fit is refused with a reason instead of a fault on the first write', () => {
    const memory = new SharedMemory();
    try {
      expect(() => memory.reserve(2 ** 46)).to.throw(
        /^Memory of 67108864 MB cannot be shared with a function: .*dev\/shm/,
      );
    } finally {
      memory.close();
    }
  });
});
