import { expect } from 'chai';
import { backgroundTime } from '../../../src/console/app/core/background-time.js';

describe('the time of a background', () => {
  it('is read from its id, to the second', () => {
    expect(backgroundTime('20261125_140211_000042')).to.equal(new Date(2026, 10, 25, 14, 2, 11).getTime());
  });

  it('is unknown for names that people gave', () => {
    for (const text of ['', 'flat', '20261125', '20261125_140211'])
      expect(backgroundTime(text)).to.equal(null);
  });
});
