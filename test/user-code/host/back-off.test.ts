import { expect } from 'chai';
import { BackOff } from '../../../src/user-code/host/back-off.js';

describe('pause before a process is started again', () => {
  it('is none at first, grows to ten seconds, and begins anew when it worked', () => {
    const backOff = new BackOff();
    const delays = Array.from({ length: 10 }, () => backOff.next());
    expect(delays).to.deep.equal([0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    backOff.reset();
    expect([backOff.next(), backOff.next()]).to.deep.equal([0, 100]);
  });
});
