import { expect } from 'chai';
import { accumulated, OTHERS, stackOf } from '../../../src/console/app/core/stacked.js';

describe('stacked figures in the console', () => {
  it('share their times, the largest first; what was not recorded then counts nothing', () => {
    const stack = stackOf(
      [
        {
          name: 'small',
          points: [
            [2000, 1],
            [4000, 2],
          ],
        },
        {
          name: 'large',
          points: [
            [4100, 30],
            [6000, 40],
          ],
        },
      ],
      2000,
      8,
    );
    expect(stack.times).to.deep.equal([2, 4, 6]);
    expect(stack.lines).to.deep.equal([
      { label: 'large', values: [0, 30, 40] },
      { label: 'small', values: [1, 2, 0] },
    ]);
  });

  it('lead across no pause', () => {
    const { times, lines } = stackOf(
      [
        {
          name: 'one',
          points: [
            [0, 5],
            [10_000, 6],
            [12_000, null],
          ],
        },
      ],
      2000,
      8,
    );
    expect(times).to.deep.equal([0, 2, 10, 12]);
    expect(lines[0]!.values).to.deep.equal([5, null, 6, null]);
  });

  it('sum the smallest when there are more than lines', () => {
    const points = (value: number): [number, number][] => [[0, value]];
    const stack = stackOf(
      ['a', 'b', 'c', 'd'].map((name, index) => ({ name, points: points(index + 1) })),
      1000,
      3,
    );
    expect(stack.lines).to.deep.equal([
      { label: 'd', values: [4] },
      { label: 'c', values: [3] },
      { label: OTHERS, values: [3] },
    ]);
  });

  it('lie one on top of the other', () => {
    expect(
      accumulated([
        [1, null, 3],
        [10, null, 30],
        [100, null, 300],
      ]),
    ).to.deep.equal([
      [1, null, 3],
      [11, null, 33],
      [111, null, 333],
    ]);
    expect(accumulated([])).to.deep.equal([]);
  });
});
