import { expect } from 'chai';
import fc from 'fast-check';
import { numberLabels, timeLabels, withoutRepeats } from '../../../src/console/app/core/tick-labels.js';

describe('labels of plots', () => {
  const at = (...parts: [number, number, number, number, number, number?, number?]): number =>
    new Date(...parts).getTime() / 1000;

  it('are local times of 24 hours, with the ISO date once a day', () => {
    const times = [at(2026, 10, 25, 23, 58), at(2026, 10, 25, 23, 59), at(2026, 10, 26, 0, 0)];
    expect(timeLabels(times, 60)).to.deep.equal(['23:58\n2026-11-25', '23:59', '00:00\n2026-11-26']);
  });

  it('have seconds and parts of them when they are that close', () => {
    const time = at(2026, 0, 2, 14, 3, 5, 80);
    expect(timeLabels([time], 5)).to.deep.equal(['14:03:05\n2026-01-02']);
    expect(timeLabels([time], 0.02)).to.deep.equal(['14:03:05.080\n2026-01-02']);
    expect(timeLabels([time], 86_400)).to.deep.equal(['2026-01-02']);
  });

  it('have the digits that tell numbers apart', () => {
    expect(numberLabels([0, 0.5, 1])).to.deep.equal(['0', '0.5', '1']);
    expect(numberLabels([4.0594e9, 4.0595e9])).to.deep.equal(['4.0594e9', '4.0595e9']);
    expect(numberLabels([1000, 1001])).to.deep.equal(['1000', '1001']);
  });

  it('of steps of a thousandth or more never repeat', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 2, max: 20 }), (start, count) => {
        const labels = numberLabels(Array.from({ length: count }, (_, index) => (start + index) / 1000));
        expect(new Set(labels).size).to.equal(count);
      }),
    );
  });

  it('that a format makes alike are shown once', () => {
    expect(withoutRepeats(['1 MB', '1 MB', '2 MB'])).to.deep.equal(['1 MB', '', '2 MB']);
  });
});
