/** NumPy's file format for two-dimensional images of numbers. */
export interface NpyImage {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  b1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** @throws Error for what is no array of numbers in row-major order */
export function readNpy(buffer: ArrayBuffer): NpyImage {
  const bytes = new Uint8Array(buffer);
  if (bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') {
    throw new Error('This is no .npy file.');
  }
  const view = new DataView(buffer);
  const long = bytes[6]! >= 2;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (long ? 12 : 10) + length;
  const header = String.fromCharCode(...bytes.subarray(long ? 12 : 10, start));
  const [, order = '', kind = ''] = /'descr': '([<>|=])(\w\d)'/.exec(header) ?? [];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)
    .map(Number);
  const read = READERS[kind];
  if (read === undefined) throw new Error(`Arrays of type '${order}${kind}' cannot be shown.`);
  if (/'fortran_order': True/.test(header)) throw new Error('Arrays in column-major order cannot be shown.');
  const size = Number(kind[1]);
  const count = shape.reduce((product, value) => product * value, 1);
  const data = new Float64Array(count);
  for (let index = 0; index < count; index += 1)
    data[index] = read(view, start + index * size, order !== '>');
  return { dtype: `${order}${kind}`, shape, data };
}
