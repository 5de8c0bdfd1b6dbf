import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

interface Largest {
  /** Bytes. */
  readonly heap: number;
  readonly young: number;
}

describe('small heap', () => {
  it('is smaller than that of a process which lets garbage pile up', () => {
    const [small, usual] = [largest(true), largest(false)];
    expect(small.young).to.be.at.most(16 * 2 ** 20);
    expect(small.heap).to.be.below(usual.heap);
  });
});

/** How large the heap of a process becomes whose objects live for a while, as those of requests do. */
function largest(isSmall: boolean): Largest {
  const moduleUrl = new URL('../../src/common/small-heap.js', import.meta.url);
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${isSmall ? `(await import('${moduleUrl}')).keepHeapSmall();` : ''}
    const kept = [];
    const largest = { heap: 0, young: 0 };
    for (let round = 0; round < 200; round += 1) {
      for (let number = 0; number < 2500; number += 1) kept.push({ number, text: round + ' ' + number, list: [number] });
      if (kept.length > 30_000) kept.splice(0, 20_000);
      await new Promise((resolve) => setImmediate(resolve));
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      largest.heap = Math.max(largest.heap, process.memoryUsage().heapTotal);
      largest.young = Math.max(largest.young, young.space_size);
    }
    console.log(JSON.stringify(largest));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return JSON.parse(output) as Largest;
}
