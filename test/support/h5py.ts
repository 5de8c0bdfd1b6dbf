/** Looks at HDF5 files with h5py, as other readers do. */
import { execFileSync } from 'node:child_process';

/** Everything in a file as JSON: datasets by path, with shape, NumPy type and values. */
export type FileContent = Readonly<Record<string, DatasetContent>>;

export interface DatasetContent {
  readonly shape: readonly number[];
  readonly dtype: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the test has written
  readonly values: any;
}

const SCRIPT = `
import sys, json, h5py, bitshuffle.h5
content = {}
def visit(name, item):
    if not isinstance(item, h5py.Dataset): return
    value = item[()]
    if isinstance(value, bytes): value = value.decode()
    elif item.dtype.kind == 'S': value = [text.decode() for text in value]
    else: value = json.loads(json.dumps(value.tolist()).replace('NaN', '"NaN"'))
    content['/' + name] = dict(shape=list(item.shape), dtype=str(item.dtype), values=value)
with h5py.File(sys.argv[1], 'r') as file:
    file.visititems(visit)
print(json.dumps(content))
`;

export function readWithH5py(path: string): FileContent {
  const text = execFileSync('/usr/bin/python3', ['-c', SCRIPT, path], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(text);
}
