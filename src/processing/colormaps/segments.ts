/**
 * Colour maps made of straight pieces: each component is given by control points `[position, value]`, positions from 0 to 1.
 * The control points are those of the maps of the same names in MATLAB, IDL and ColorBrewer, as plotting programs use them.
 */
type Points = readonly (readonly [position: number, value: number])[];

export interface Segments {
  readonly red: Points;
  readonly green: Points;
  readonly blue: Points;
}

const constant = (value: number): Points => ramp(value, value);
const ramp = (first: number, last: number): Points => [
  [0, first],
  [1, last],
];

/** Colours at equal distances. */
function evenly(colours: readonly (readonly [red: number, green: number, blue: number])[]): Segments {
  const component = (index: 0 | 1 | 2): Points =>
    colours.map((colour, at) => [at / (colours.length - 1), colour[index]]);
  return { red: component(0), green: component(1), blue: component(2) };
}

function hexadecimal(colours: string): Segments {
  return evenly(
    colours.split(' ').map((colour) => {
      const value = Number.parseInt(colour, 16);
      return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
    }),
  );
}

/** The maps that are defined by straight lines between points, per colour. */
export const SEGMENTS: Record<string, Segments> = {
  gray: { red: ramp(0, 1), green: ramp(0, 1), blue: ramp(0, 1) },
  cool: { red: ramp(0, 1), green: ramp(1, 0), blue: constant(1) },
  spring: { red: constant(1), green: ramp(0, 1), blue: ramp(1, 0) },
  summer: { red: ramp(0, 1), green: ramp(0.5, 1), blue: constant(0.4) },
  autumn: { red: constant(1), green: ramp(0, 1), blue: constant(0) },
  winter: { red: constant(0), green: ramp(0, 1), blue: ramp(1, 0.5) },
  jet: {
    red: [
      [0, 0],
      [0.35, 0],
      [0.66, 1],
      [0.89, 1],
      [1, 0.5],
    ],
    green: [
      [0, 0],
      [0.125, 0],
      [0.375, 1],
      [0.64, 1],
      [0.91, 0],
      [1, 0],
    ],
    blue: [
      [0, 0.5],
      [0.11, 1],
      [0.34, 1],
      [0.65, 0],
      [1, 0],
    ],
  },
  hot: {
    red: [
      [0, 0.0416],
      [0.365079, 1],
      [1, 1],
    ],
    green: [
      [0, 0],
      [0.365079, 0],
      [0.746032, 1],
      [1, 1],
    ],
    blue: [
      [0, 0],
      [0.746032, 0],
      [1, 1],
    ],
  },
  bone: {
    red: [
      [0, 0],
      [0.746032, 0.652778],
      [1, 1],
    ],
    green: [
      [0, 0],
      [0.365079, 0.319444],
      [0.746032, 0.777778],
      [1, 1],
    ],
    blue: [
      [0, 0],
      [0.365079, 0.444444],
      [1, 1],
    ],
  },
  copper: {
    red: [
      [0, 0],
      [0.809524, 1],
      [1, 1],
    ],
    green: ramp(0, 0.7812),
    blue: ramp(0, 0.4975),
  },
  hsv: {
    red: [
      [0, 1],
      [0.15873, 1],
      [0.174603, 0.96875],
      [0.333333, 0.03125],
      [0.349206, 0],
      [0.666667, 0],
      [0.68254, 0.03125],
      [0.84127, 0.96875],
      [0.857143, 1],
      [1, 1],
    ],
    green: [
      [0, 0],
      [0.15873, 0.9375],
      [0.174603, 1],
      [0.507937, 1],
      [0.666667, 0.0625],
      [0.68254, 0],
      [1, 0],
    ],
    blue: [
      [0, 0],
      [0.333333, 0],
      [0.349206, 0.0625],
      [0.507937, 1],
      [0.84127, 1],
      [0.857143, 0.9375],
      [1, 0.09375],
    ],
  },
  gist_rainbow: {
    red: [
      [0, 1],
      [0.215, 1],
      [0.4, 0],
      [0.77, 0],
      [0.954, 1],
      [1, 1],
    ],
    green: [
      [0, 0],
      [0.03, 0],
      [0.215, 1],
      [0.586, 1],
      [0.77, 0],
      [1, 0],
    ],
    blue: [
      [0, 0.16],
      [0.03, 0],
      [0.4, 0],
      [0.586, 1],
      [0.954, 1],
      [1, 0.75],
    ],
  },
  seismic: evenly([
    [0, 0, 0.3],
    [0, 0, 1],
    [1, 1, 1],
    [1, 0, 0],
    [0.5, 0, 0],
  ]),
  Greys: hexadecimal('ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000'),
  Blues: hexadecimal('f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b'),
  Greens: hexadecimal('f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b'),
  Reds: hexadecimal('fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d'),
  YlOrRd: hexadecimal('ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026'),
};

const LAST = 255;

/**
 * The component at 256 equidistant positions. The positions carry the rounding of `index * (1 / 255)`, because the colours
 * are cut to bytes: 32 instead of 33 where a position falls short of a whole number.
 */
export function interpolate(points: Points): Float64Array {
  let piece = 1;
  return Float64Array.from({ length: LAST + 1 }, (_, index) => {
    if (index === 0) return points[0]![1];
    if (index === LAST) return points.at(-1)![1];
    const position = index * (1 / LAST) * LAST;
    while (piece < points.length - 1 && points[piece]![0] * LAST < position) piece += 1;
    const [from, first] = points[piece - 1]!;
    const [to, second] = points[piece]!;
    const distance = (position - from * LAST) / (to * LAST - from * LAST);
    return Math.min(1, Math.max(0, distance * (second - first) + first));
  });
}
