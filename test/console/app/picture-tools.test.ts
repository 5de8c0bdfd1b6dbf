import { expect } from 'chai';
import { FrameAverage } from '../../../src/console/app/core/frame-average.js';
import { type LiveFrame, planeValue } from '../../../src/console/app/core/live-frame.js';
import {
  distanceBetween,
  formatMarkers,
  parseMarkers,
  withMarker,
} from '../../../src/console/app/core/markers.js';
import { issuesOf, RecentChange } from '../../../src/console/app/core/picture-issues.js';
import { printedPixels } from '../../../src/console/app/core/pixel-grid.js';
import {
  readRegion,
  rectOfRegion,
  regionFromRect,
} from '../../../src/console/app/core/region-of-interest.js';
import { imageToScreen, UPRIGHT } from '../../../src/console/app/core/view-geometry.js';

interface FrameParts {
  readonly width: number;
  readonly values: readonly number[];
  readonly low?: number;
  readonly scale?: number;
  readonly axes?: Readonly<Record<string, readonly number[]>>;
}

/** A frame with the members that pictures need. */
function frameOf({ width, values, low = 0, scale = 1, axes = {} }: FrameParts): LiveFrame {
  const height = values.length / width;
  const plane = Uint16Array.from(values, (value) => (value - low) * scale);
  const image = {
    ...{ channel: 'image', width, height, type: 'uint16', region: [0, 0, width, height], factor: 1 },
    plane: { width, height, type: 'uint16', low, scale },
  };
  const arrays = new Map(Object.entries(axes).map(([name, axis]) => [name, Float64Array.from(axis)]));
  return { header: { pulse_id: 1, image }, plane, arrays, receivedAt: 0, bytes: 100 } as unknown as LiveFrame;
}

describe('marks to measure by', () => {
  it('are two at most; a third begins anew', () => {
    const [one, two, three] = [
      [1, 2],
      [3, 4],
      [5, 6],
    ] as const;
    expect(withMarker(withMarker([], one), two)).to.deep.equal([one, two]);
    expect(withMarker([one, two], three)).to.deep.equal([three]);
  });

  it('come through the address', () => {
    const markers = [
      [12, 20],
      [640, 4],
    ] as const;
    expect(parseMarkers(formatMarkers(markers))).to.deep.equal(markers);
    expect(parseMarkers('')).to.deep.equal([]);
    expect(parseMarkers('1,2;x,3;4;5,6;7,8')).to.deep.equal([
      [1, 2],
      [5, 6],
    ]);
  });

  it('are apart in pixels, and on axes that may run downwards', () => {
    const frame = frameOf({ width: 2, values: [0, 0, 0, 0], axes: { x_axis: [50, 47], y_axis: [10, 14] } });
    const { pixels, onAxes } = distanceBetween(
      [
        [0, 0],
        [1, 1],
      ],
      frame,
    )!;
    expect(pixels).to.deep.equal({ x: 1, y: 1, length: Math.SQRT2 });
    expect(onAxes).to.deep.equal({ x: -3, y: 4, length: 5 });
    expect(
      distanceBetween(
        [
          [0, 0],
          [9, 9],
        ],
        frame,
      )!.onAxes,
    ).to.equal(null);
    expect(
      distanceBetween(
        [
          [0, 0],
          [1, 1],
        ],
        null,
      )!.onAxes,
    ).to.equal(null);
    expect(distanceBetween([[0, 0]], frame)).to.equal(null);
  });
});

describe('values printed on pixels', () => {
  const frame = frameOf({ width: 3, values: [1, 2, 3, 4, 5, 6] });
  const screen = { width: 150, height: 100 };

  it('stand in the middle of each visible pixel once they are large enough', () => {
    const placement = imageToScreen([0, 0, 3, 2], screen, UPRIGHT);
    expect(printedPixels(frame, placement, screen)).to.deep.equal(
      [
        [25, 25, 1],
        [75, 25, 2],
        [125, 25, 3],
        [25, 75, 4],
        [75, 75, 5],
        [125, 75, 6],
      ].map(([x, y, value]) => ({
        x,
        y,
        value,
      })),
    );
    const right = imageToScreen([2, 0, 3, 1], screen, UPRIGHT);
    expect(printedPixels(frame, right, screen).map(({ value }) => value))
      .to.include(3)
      .and.not.include(4);
  });

  it('are left out on small ones', () => {
    const small = { width: 140, height: 90 };
    const placement = imageToScreen([0, 0, 3, 2], small, UPRIGHT);
    expect(printedPixels(frame, placement, small)).to.deep.equal([]);
  });
});

describe('regions of interest', () => {
  it('are four whole numbers with an extent', () => {
    expect(readRegion([1, 20, 3, 40])).to.deep.equal([1, 20, 3, 40]);
    for (const wrong of [null, undefined, [1, 2, 3], [1, 0, 3, 4], [-1, 2, 3, 4], [1.5, 2, 3, 4], 'all']) {
      expect(readRegion(wrong as never)).to.equal(null);
    }
  });

  it('drawn on a picture that is a region itself, are places of the whole image', () => {
    const size = { width: 100, height: 80 };
    expect(regionFromRect([10.4, 5.6, 30.2, 25.5], size, null)).to.deep.equal([10, 20, 6, 20]);
    expect(regionFromRect([10, 5, 30, 25], size, [200, 100, 50, 80])).to.deep.equal([210, 20, 55, 20]);
    expect(regionFromRect([-9, -9, 500, 500], size, null)).to.deep.equal([0, 100, 0, 80]);
    expect(regionFromRect([10.1, 5, 10.4, 25], size, null)).to.equal(null);
  });

  it('lie where they were drawn', () => {
    const present = [200, 100, 50, 80] as const;
    expect(rectOfRegion([210, 20, 55, 20], present)).to.deep.equal([10, 5, 30, 25]);
    expect(rectOfRegion([210, 20, 55, 20], null)).to.deep.equal([210, 55, 230, 75]);
  });
});

describe('means of pictures', () => {
  const valuesOf = (frame: LiveFrame): number[] =>
    [0, 1].map((x) => Math.round(planeValue(frame, x, 0)!.value * 1000) / 1000);

  it('are taken over the last ones, whatever each is spread over', () => {
    const average = new FrameAverage();
    const first = frameOf({ width: 2, values: [10, 20] });
    expect(average.add(first, 2)).to.equal(first);
    const second = average.add(frameOf({ width: 2, values: [30, 60], low: 30, scale: 2 }), 2);
    expect(valuesOf(second)).to.deep.equal([20, 40]);
    expect(second.averaged).to.equal(2);
    expect(planeValue(second, 0, 0)!.exact).to.equal(false);
    expect(valuesOf(average.add(frameOf({ width: 2, values: [50, 20] }), 2))).to.deep.equal([40, 40]);
  });

  it('begin anew with another size, and end with 1', () => {
    const average = new FrameAverage();
    average.add(frameOf({ width: 2, values: [10, 20] }), 9);
    const other = frameOf({ width: 2, values: [1, 2, 3, 4] });
    expect(average.add(other, 9)).to.equal(other);
    const third = frameOf({ width: 2, values: [1, 2, 3, 4] });
    expect(average.add(third, 1)).to.equal(third);
  });
});

describe('what is wrong with a picture', () => {
  it('is said in words', () => {
    const { header } = frameOf({ width: 2, values: [1, 2] });
    const told = (image: object | null, more: object = {}): string[] =>
      issuesOf({ header: { ...header, image, scalars: {}, arrays: [], ...more } } as unknown as LiveFrame);
    expect(told({ ...header.image, saturated: 0, not_finite: 0 })).to.deep.equal([]);
    expect(told({ ...header.image, saturated: 1200, not_finite: 0 })[0]).to.match(
      /1.?200 pixels are saturated/,
    );
    expect(told(null)).to.deep.equal(['This stream has no image: numbers and trends only.']);
    expect(
      told(null, { arrays: [{ name: 'image', type: 'uint8', shape: [480, 640, 3], offset: null }] }),
    ).to.deep.equal([
      'The channel image is uint8 of 480 × 640 × 3: only images of two dimensions can be shown.',
    ]);
    const parameters = JSON.stringify({ processing_error: 'say "no"', image_background_ok: false });
    expect(
      told(
        { ...header.image, saturated: null, not_finite: 0 },
        { scalars: { processing_parameters: parameters } },
      ),
    ).to.have.length(2);
  });

  it('tells of a change for ten seconds', () => {
    const change = new RecentChange<string>();
    expect(change.take(null, 0)).to.equal(null);
    expect(change.take('a', 1000)).to.equal(null);
    expect(change.take('b', 2000)).to.include({ from: 'a', to: 'b' });
    expect(change.take(null, 12_000)).to.include({ from: 'a', to: 'b' });
    expect(change.take('b', 12_001)).to.equal(null);
  });
});
