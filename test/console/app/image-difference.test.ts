import { expect } from 'chai';
import { differenceOf } from '../../../src/console/app/core/image-difference.js';

const image = (shape: number[], data: number[]) => ({ dtype: '<u2', shape, data });

describe('the difference of two images', () => {
  it('has a sign, a mean and its largest distance from 0', () => {
    const found = differenceOf(image([1, 3], [10, 5, 7]), image([1, 3], [4, 15, 7]));
    expect([...found.values]).to.deep.equal([6, -10, 0]);
    expect(found).to.include({ width: 3, height: 1, largest: 10 });
    expect(found.mean).to.be.closeTo(-4 / 3, 1e-9);
  });

  it('is refused for different shapes, with both', () => {
    expect(() => differenceOf(image([1, 2], [1, 2]), image([2, 1], [1, 2]))).to.throw('(1, 2) and (2, 1)');
  });
});
