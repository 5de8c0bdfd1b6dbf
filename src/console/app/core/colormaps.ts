/** Colour maps as 256 colours. Control points of matplotlib's maps (public domain, CC0), interpolated linearly. */
export type ColormapName = keyof typeof POINTS;

const POINTS = {
  viridis: '440154 482475 414487 355f8d 2a788e 21908d 22a884 42be71 7ad151 bddf26 fde725',
  cividis: '00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838',
  magma: '000004 140e36 3b0f70 641a80 8c2981 b73779 de4968 f7705c fe9f6d fecf92 fcfdbf',
  inferno: '000004 160b39 420a68 6a176e 932667 bc3754 dd513a f37819 fca50a f6d746 fcffa4',
  plasma: '0d0887 41049d 6a00a8 8f0da4 b12a90 cc4778 e16462 f2844b fca636 fcce25 f0f921',
  turbo:
    '30123b 4145ab 4675ed 39a2fc 1bcfd4 24eca6 61fc6c a4fc3b d1e834 f3c63a fe9b2d f36315 d93806 b11901 7a0402',
  grey: '000000 ffffff',
  'inverted grey': 'ffffff 000000',
  flame: '000000 5a0000 b40000 ff3c00 ff9600 fff000 ffffff',
  rainbow: '8000ff 386df9 12c8e6 5af8c8 a4f89f ece074 ff964f ff3b1e ff0000',
  coolwarm: '3b4cc0 6282ea 8db0fe b8d0f9 dddddd f5c4ad f49a7b de604d b40426',
} as const;

export const COLORMAPS = Object.keys(POINTS) as ColormapName[];

/** Over and under the range; told apart from every colour of the maps. */
export const OVER_COLOUR = [255, 0, 255] as const;
export const UNDER_COLOUR = [0, 0, 0] as const;

export function isColormap(name: string): name is ColormapName {
  return Object.hasOwn(POINTS, name);
}

const made = new Map<ColormapName, Uint8Array>();

/** Red, green, blue, alpha of 256 steps. */
export function colormapTable(name: ColormapName): Uint8Array {
  const known = made.get(name);
  if (known !== undefined) return known;
  const points = POINTS[name]
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  const table = new Uint8Array(256 * 4);
  for (let step = 0; step < 256; step += 1) {
    const place = (step / 255) * (points.length - 1);
    const index = Math.min(points.length - 2, Math.floor(place));
    const share = place - index;
    for (let channel = 0; channel < 3; channel += 1) {
      const [low, high] = [points[index]![channel]!, points[index + 1]![channel]!];
      table[step * 4 + channel] = Math.round(low + (high - low) * share);
    }
    table[step * 4 + 3] = 255;
  }
  made.set(name, table);
  return table;
}
