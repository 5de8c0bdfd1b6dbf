/** Colour maps by the names of matplotlib, as tables of 256 RGBA colours. */
import { CamServerError } from '../../common/errors.js';
import { interpolate, SEGMENTS } from './segments.js';
import { TABLES } from './tables.js';

/** What pictures use unless another map is named. */
export const DEFAULT_COLOR_MAP = 'rainbow';

const SIZE = 256;
const REVERSED = '_r';

/** All names, without the reversed maps: each also exists as `<name>_r`. */
export const COLOR_MAP_NAMES: readonly string[] = [
  DEFAULT_COLOR_MAP,
  ...Object.keys(SEGMENTS),
  ...Object.keys(TABLES),
].sort();

const made = new Map<string, Uint8Array>();

/**
 * The 256 colours of a map, 4 bytes each: red, green, blue, opacity. The array is shared: do not write to it.
 * @param name such as `viridis`, or `viridis_r` for the reversed map
 * @throws CamServerError `UNKNOWN_COLOR_MAP`, with the text that clients know
 */
export function colorMap(name: string): Uint8Array {
  const known = made.get(name);
  if (known !== undefined) return known;
  const table = name.endsWith(REVERSED) ? reversed(build(name.slice(0, -2), name)) : build(name, name);
  made.set(name, table);
  return table;
}

function build(base: string, name: string): Uint8Array {
  if (base === DEFAULT_COLOR_MAP) return rainbow();
  if (Object.hasOwn(TABLES, base)) return fromHexadecimal(TABLES[base]!);
  if (Object.hasOwn(SEGMENTS, base)) {
    const { red, green, blue } = SEGMENTS[base]!;
    return fromComponents(interpolate(red), interpolate(green), interpolate(blue));
  }
  throw new CamServerError(
    'UNKNOWN_COLOR_MAP',
    `Unable to apply colormap '${name}'. See http://matplotlib.org/examples/color/colormaps_reference.html` +
      ' for available colormaps.',
  );
}

/** R = |2u - 1/2|, G = sin(pi u), B = cos(pi u / 2), each limited to 0...1. */
function rainbow(): Uint8Array {
  const component = (formula: (u: number) => number): Float64Array =>
    Float64Array.from({ length: SIZE }, (_, index) => Math.min(1, Math.max(0, formula(index / (SIZE - 1)))));
  return fromComponents(
    component((u) => Math.abs(2 * u - 0.5)),
    component((u) => Math.sin(Math.PI * u)),
    component((u) => Math.cos((Math.PI * u) / 2)),
  );
}

function fromComponents(red: Float64Array, green: Float64Array, blue: Float64Array): Uint8Array {
  const table = new Uint8Array(4 * SIZE);
  for (let index = 0; index < SIZE; index += 1) {
    table.set([255 * red[index]!, 255 * green[index]!, 255 * blue[index]!, 255], 4 * index);
  }
  return table;
}

function fromHexadecimal(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'hex');
  const table = new Uint8Array(4 * SIZE);
  for (let index = 0; index < SIZE; index += 1) {
    table.set(bytes.subarray(3 * index, 3 * index + 3), 4 * index);
    table[4 * index + 3] = 255;
  }
  return table;
}

function reversed(table: Uint8Array): Uint8Array {
  const result = new Uint8Array(table.length);
  for (let index = 0; index < SIZE; index += 1) {
    result.set(table.subarray(4 * index, 4 * index + 4), table.length - 4 * (index + 1));
  }
  return result;
}
