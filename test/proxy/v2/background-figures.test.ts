import { expect } from 'chai';
import fc from 'fast-check';
import { arrayValue } from '../../../src/common/values.js';
import { figuresOf } from '../../../src/proxy/v2/background-figures.js';

describe('figures of a background', () => {
  it('are those of its pixels', async () => {
    const image = arrayValue(Uint16Array.of(1, 2, 3, 4, 5, 65535), [2, 3]);
    const figures = await figuresOf(image);
    expect(figures).to.include({ type: 'uint16', minimum: 1, maximum: 65535, mean: 10925 });
    expect(figures.shape).to.deep.equal([2, 3]);
    expect(figures.standard_deviation).to.be.closeTo(24422.33, 0.01);
  });

  it('are null where there is nothing to tell', async () => {
    expect(await figuresOf(arrayValue(new Uint8Array(0), [0, 3]))).to.deep.equal({
      ...{ type: 'uint8', shape: [0, 3] },
      ...{ minimum: null, maximum: null, mean: null, standard_deviation: null },
    });
    const { mean } = await figuresOf(arrayValue(Float32Array.of(1, Number.NaN), [1, 2]));
    expect(mean).to.equal(null);
  });

  it('lie between the smallest and the largest pixel', async () => {
    const images = fc.uint16Array({ minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(images, async (pixels) => {
        const figures = await figuresOf(arrayValue(pixels, [1, pixels.length]));
        expect(figures.minimum).to.equal(Math.min(...pixels));
        expect(figures.maximum).to.equal(Math.max(...pixels));
        expect(figures.mean).to.be.within(figures.minimum! - 1e-9, figures.maximum! + 1e-9);
        expect(figures.standard_deviation).to.be.at.most(figures.maximum! - figures.minimum! + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});
