import { expect } from 'chai';
import { loadAddon } from '../../src/common/addon.js';
import { createSurplusJudge } from '../../src/common/surplus-memory.js';

describe('surplus memory', () => {
  it('is what goes beyond the memory that the process works with', () => {
    const judge = createSurplusJudge(50);
    expect([100, 120, 149, 300].map(judge)).to.deep.equal([false, false, false, true]);
  });

  it('is not found again where the process needs that much', () => {
    const judge = createSurplusJudge(50);
    expect([100, 300, 290, 320, 295, 500].map(judge)).to.deep.equal([false, true, false, false, false, true]);
  });

  it('goes back to the system', async function () {
    const { addon } = loadAddon<{ trimMemory(): Promise<boolean> }>();
    if (addon === null) this.skip();
    expect(await addon.trimMemory()).to.be.a('boolean');
  });
});
