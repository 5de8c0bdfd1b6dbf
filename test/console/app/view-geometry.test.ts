import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatRange,
  parseRange,
  placeInRange,
  smoothed,
} from '../../../src/console/app/core/display-range.js';
import {
  apply,
  formatRect,
  imageToScreen,
  indexOnAxis,
  inverse,
  isWhole,
  kept,
  moved,
  parseRect,
  type Rect,
  UPRIGHT,
  zoomed,
} from '../../../src/console/app/core/view-geometry.js';

const image = { width: 1280, height: 960 };
const screen = { width: 800, height: 500 };
const rects = fc
  .tuple(
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: 0, max: 800 }),
    fc.integer({ min: 10, max: 280 }),
    fc.integer({ min: 10, max: 160 }),
  )
  .map(([x, y, width, height]): Rect => [x, y, x + width, y + height]);
const orientations = fc.record({ turns: fc.integer({ min: 0, max: 3 }), mirrored: fc.boolean() });

describe('the view of an image', () => {
  it('fits the whole image in the middle of the screen', () => {
    const at = imageToScreen([0, 0, 1280, 960], screen, UPRIGHT);
    const [left, top] = apply(at, 0, 0);
    const [right, bottom] = apply(at, 1280, 960);
    expect(bottom - top).to.be.closeTo(500, 1e-9);
    expect(right - left).to.be.closeTo((500 * 1280) / 960, 1e-9);
    expect(left).to.be.closeTo(800 - right, 1e-9);
  });

  it('turns clockwise by quarters', () => {
    const at = imageToScreen([0, 0, 1280, 960], screen, { turns: 1, mirrored: false });
    const [x0] = apply(at, 0, 0);
    const [x1] = apply(at, 0, 960);
    expect(x0).to.be.greaterThan(x1);
  });

  it('finds every pixel back', () => {
    fc.assert(
      fc.property(
        rects,
        orientations,
        fc.integer({ max: 1279, min: 0 }),
        fc.integer({ max: 959, min: 0 }),
        (rect, turn, x, y) => {
          const at = imageToScreen(rect, screen, turn);
          const [backX, backY] = apply(inverse(at), ...apply(at, x, y));
          expect(backX).to.be.closeTo(x, 1e-6);
          expect(backY).to.be.closeTo(y, 1e-6);
        },
      ),
    );
  });

  it('keeps the pixel under the pointer when it is zoomed in', () => {
    fc.assert(
      fc.property(
        rects,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rect, u, v) => {
          const [x, y] = [rect[0] + u * (rect[2] - rect[0]), rect[1] + v * (rect[3] - rect[1])];
          const next = zoomed(rect, image, 0.5, x, y);
          const share = (x - next[0]) / (next[2] - next[0]);
          expect(share).to.be.closeTo(u, 1e-6);
        },
      ),
    );
  });

  it('never leaves the image', () => {
    fc.assert(
      fc.property(
        rects,
        fc.integer({ min: -3000, max: 3000 }),
        fc.integer({ min: -3000, max: 3000 }),
        (rect, dx, dy) => {
          const [left, top, right, bottom] = moved(rect, image, dx, dy);
          expect(left).to.be.at.least(0);
          expect(top).to.be.at.least(0);
          expect(right).to.be.at.most(1280);
          expect(bottom).to.be.at.most(960);
          expect(right - left).to.be.closeTo(rect[2] - rect[0], 1e-9);
        },
      ),
    );
    expect(isWhole(kept([-10, -10, 2000, 2000], image), image)).to.equal(true);
  });

  it('is kept in the address', () => {
    expect(parseRect(formatRect([1.26, 2, 30, 40]))).to.deep.equal([1.3, 2, 30, 40]);
    for (const text of ['', '1,2,3', '1,2,1,4', 'a,b,c,d', '1,2,NaN,4'])
      expect(parseRect(text)).to.equal(null);
  });

  it('finds values on axes that run up or down', () => {
    expect(indexOnAxis([6400, 6390, 6380], 6385)).to.be.closeTo(1.5, 1e-9);
    expect(indexOnAxis([0, 1, 2], 2.4)).to.be.closeTo(2.4, 1e-9);
    expect(indexOnAxis([0, 1, 2], 9)).to.equal(null);
    expect(indexOnAxis(undefined, 1)).to.equal(null);
  });
});

describe('the range of values', () => {
  it('is kept in the address', () => {
    expect(parseRange('0..4095')).to.deep.equal({ mode: 'manual', manual: { low: 0, high: 4095 } });
    expect(parseRange('-1.5..2e3')).to.deep.equal({ mode: 'manual', manual: { low: -1.5, high: 2000 } });
    expect(parseRange('full').mode).to.equal('full');
    for (const text of ['', 'auto', '5..1', '1..x']) expect(parseRange(text).mode).to.equal('auto');
    expect(formatRange('manual', { low: 0, high: 1 })).to.equal('0..1');
    expect(formatRange('auto', null)).to.equal('');
  });

  it('follows slowly, and jumps to another picture', () => {
    const before = { low: 0, high: 100 };
    expect(smoothed(before, { low: 0, high: 110 }, 0.5)).to.deep.equal({ low: 0, high: 105 });
    expect(smoothed(before, { low: 0, high: 4000 }, 0.5)).to.deep.equal({ low: 0, high: 4000 });
    expect(smoothed(null, before, 0.5)).to.equal(before);
  });

  it('bends inside of the range only', () => {
    const range = { low: 10, high: 20 };
    for (const scaling of ['linear', 'sqrt', 'log'] as const) {
      expect(placeInRange(10, range, scaling)).to.equal(0);
      expect(placeInRange(20, range, scaling)).to.equal(1);
      expect(placeInRange(25, range, scaling)).to.be.greaterThan(1);
      expect(placeInRange(5, range, scaling)).to.be.lessThan(0);
    }
    expect(placeInRange(12.5, range, 'sqrt')).to.be.closeTo(0.5, 1e-9);
  });
});
