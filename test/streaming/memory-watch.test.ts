import { expect } from 'chai';
import { Growth } from '../../src/streaming/memory-watch.js';

describe('growth of the memory of a process', () => {
  it('is too much once, while what was ended gives its memory back, and again when it goes on', () => {
    const growth = new Growth(100, 10);
    const isTooMuch = (present: number, now: number) => growth.isTooMuch(present, now);
    expect([isTooMuch(110, 0), isTooMuch(111, 200), isTooMuch(121, 400)]).to.deep.equal([false, true, false]);
    expect([isTooMuch(122, 600), isTooMuch(130, 800), isTooMuch(133, 1000)]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('is judged by the first limit again when it was below, or when the memory did not come back in time', () => {
    const growth = new Growth(100, 10);
    expect(growth.isTooMuch(111, 0)).to.equal(true);
    expect(growth.isTooMuch(105, 200)).to.equal(false);
    expect(growth.isTooMuch(111, 400)).to.equal(true);
    expect(growth.isTooMuch(111, 5300)).to.equal(false);
    expect(growth.isTooMuch(111, 5500)).to.equal(true);
  });
});
