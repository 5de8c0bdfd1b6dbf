import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { Hdf5File } from '../../src/hdf5/index.js';

/** Runs Python with h5py, NumPy and the bit shuffle plug-in of the system; prints go back as JSON. */
function python(script: string, path: string): unknown {
  const prelude = 'import sys, json, h5py, numpy as np, bitshuffle.h5\npath = sys.argv[1]\n';
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', prelude + script, path], { encoding: 'utf8' }));
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

describe('hdf5/file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    path = join(folder, 'file.h5');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reads what h5py writes: every layout, filter, byte order and type', async () => {
    python(
      `
a = (np.arange(5 * 30 * 41) * 7 % 60000).astype('u2').reshape(5, 30, 41)
with h5py.File(path, 'w') as f:
    f['plain'] = a
    f.create_dataset('group/lz4', data=a, chunks=(1, 30, 41), compression=32008, compression_opts=(0, 2))
    f.create_dataset('shuffled', data=a, chunks=(2, 16, 41), compression=32008, compression_opts=(0, 0))
    f.create_dataset('blocks', data=a, chunks=(5, 30, 41), compression=32008, compression_opts=(256, 2))
    f.create_dataset('gzip', data=a, chunks=(3, 7, 8), compression='gzip', shuffle=True)
    f['big'] = a.astype('>u2')
    f['half'] = (a % 100).astype('f2')
    f['flags'] = a % 2 == 1
    f['doubles'] = a.astype('f8')
    f['long'] = a.astype('i8')
    f['single'] = np.int64(42)
    f['variable'] = 'text'
print('null')`,
      path,
    );
    const expected = Uint16Array.from(
      { length: 30 * 41 },
      (_, index) => ((index + 2 * 30 * 41) * 7) % 60_000,
    );
    const file = await Hdf5File.open(path);
    for (const name of ['plain', '/group/lz4', 'shuffled', 'blocks', 'gzip', 'big']) {
      const dataset = await file.dataset(name);
      expect([dataset.type, dataset.rows, dataset.rowShape], name).to.deep.equal(['uint16', 5, [30, 41]]);
      expect(await dataset.read(2), name).to.deep.equal(expected);
    }
    const half = await file.dataset('half');
    expect(half.type).to.equal('float32');
    expect(await half.read(2)).to.deep.equal(Float32Array.from(expected, (value) => value % 100));
    expect((await file.dataset('flags')).type).to.equal('bool');
    expect(await (await file.dataset('flags')).read(2)).to.deep.equal(
      Uint8Array.from(expected, (value) => value % 2),
    );
    expect(await (await file.dataset('doubles')).read(2)).to.deep.equal(Float64Array.from(expected));
    expect(await (await file.dataset('long')).read(2)).to.deep.equal(
      BigInt64Array.from(Array.from(expected, BigInt)),
    );
    expect(await (await file.dataset('single')).read(0)).to.deep.equal(BigInt64Array.of(42n));
    expect(await errorOf(file.dataset('variable'))).to.equal(
      `dataset 'variable' of '${path}' has an element type that CamServer does not know`,
    );
    await file.close();
  });

  it('writes what h5py reads, growing row by row', async () => {
    const file = await Hdf5File.create(path);
    const images = await file.createDataset('/data1/image/value', { type: 'uint16', rowShape: [4, 6] });
    const packed = await file.createDataset('/packed', {
      type: 'uint16',
      rowShape: [40, 60],
      compression: 'bitshuffle_lz4',
    });
    const pulses = await file.createDataset('/header1/pulse_id', {
      type: 'uint64',
      rowShape: [],
      rows: 10,
      maximumRows: 10,
    });
    const texts = await file.createDataset('/text', { type: { bytes: 8 }, rowShape: [] });
    const flags = await file.createDataset('/flag', { type: 'bool', rowShape: [] });
    await file.writeValue('/general/user', 'operator');
    await file.writeValue('/general/datasets', 1n);
    for (let row = 0; row < 3; row += 1) {
      const text = Buffer.alloc(8);
      text.write(`row ${row}`);
      await file.write([
        { dataset: images, first: row, bytes: bytesOf(new Uint16Array(24).fill(row + 1)) },
        {
          dataset: packed,
          first: row,
          bytes: bytesOf(Uint16Array.from({ length: 2400 }, (_, i) => i * row)),
        },
        { dataset: pulses, first: row, bytes: bytesOf(BigUint64Array.of(2n ** 63n + BigInt(row))) },
        { dataset: texts, first: row, bytes: text },
        { dataset: flags, first: row, bytes: Uint8Array.of(row % 2) },
      ]);
    }
    expect(images.rows).to.equal(3);
    await pulses.resize(3);
    await file.close();
    const seen = python(
      `
with h5py.File(path) as f:
    print(json.dumps({
        'image': [list(f['/data1/image/value'].shape), str(f['/data1/image/value'].dtype), f['/data1/image/value'][:, 3, 5].tolist()],
        'packed': [bool((f['/packed'][2].ravel() == np.arange(2400) * 2).all()), list(f['/packed']._filters)],
        'pulse': [str(v) for v in f['/header1/pulse_id'][:]],
        'text': [str(f['/text'].dtype), [v.decode() for v in f['/text'][:]]],
        'flag': [str(f['/flag'].dtype), f['/flag'][:].tolist()],
        'general': [f['/general/user'][()].decode(), int(f['/general/datasets'][()])],
    }))`,
      path,
    );
    expect(seen).to.deep.equal({
      image: [[3, 4, 6], 'uint16', [1, 2, 3]],
      packed: [true, ['32008']],
      pulse: ['9223372036854775808', '9223372036854775809', '9223372036854775810'],
      text: ['|S8', ['row 0', 'row 1', 'row 2']],
      flag: ['bool', [false, true, false]],
      general: ['operator', 1],
    });
  });

  it('reads back any rows of any size, compressed or not', async () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    const file = await Hdf5File.create(path);
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async ([height, width], rows, isPacked) => {
          number += 1;
          const compression = isPacked ? 'bitshuffle_lz4' : 'none';
          const dataset = await file.createDataset(`/d${number}`, {
            type: 'int32',
            rowShape: [height, width],
            compression,
          });
          const data = Int32Array.from({ length: rows * height * width }, (_, index) =>
            Math.imul(index, 2_654_435_761),
          );
          await file.write([{ dataset, first: 0, count: rows, bytes: bytesOf(data) }]);
          expect(await dataset.read(0, rows)).to.deep.equal(data);
          expect(await dataset.read(rows - 1)).to.deep.equal(data.slice((rows - 1) * height * width));
        },
      ),
      { numRuns: 30 },
    );
    await file.close();
  });

  it('says what is wrong', async () => {
    expect(await errorOf(Hdf5File.open(join(folder, 'none.h5')))).to.match(
      /^HDF5 file '.*none.h5': unable to open file: .*No such file or directory/,
    );
    const file = await Hdf5File.create(path);
    const dataset = await file.createDataset('/a', { type: 'uint16', rowShape: [2], maximumRows: 1 });
    expect(await errorOf(file.dataset('/x/y'))).to.equal(`dataset '/x/y' of '${path}' does not exist`);
    expect(await file.has('/x/y')).to.equal(false);
    expect(await file.has('/a')).to.equal(true);
    expect(await errorOf(dataset.read(0))).to.equal(`dataset '/a' of '${path}' has 0 rows, none at 0`);
    expect(await errorOf(file.write([{ dataset, first: 0, bytes: new Uint8Array(3) }]))).to.equal(
      `dataset '/a' of '${path}': 4 bytes expected, but 3 given`,
    );
    expect(await errorOf(file.write([{ dataset, first: 1, bytes: new Uint8Array(4) }]))).to.contain(
      `dataset '/a' of '${path}': `,
    );
    expect(await errorOf(file.createDataset('/a', { type: 'uint8', rowShape: [] }))).to.contain(
      'name already exists',
    );
    await file.close();
    await file.close();
    expect(await errorOf(file.flush())).to.equal(`HDF5 file '${path}' is closed`);
    expect(await errorOf(dataset.read(0))).to.equal(`HDF5 file '${path}' is closed`);
  });

  it('survives a file that is cut short', async () => {
    python(
      `
with h5py.File(path, 'w') as f:
    f.create_dataset('a', data=np.random.randint(0, 999, (4, 64, 64)).astype('u2'), chunks=(1, 64, 64), compression=32008, compression_opts=(0, 2))
print('null')`,
      path,
    );
    truncateSync(path, 8000);
    expect(await errorOf(Hdf5File.open(path))).to.match(/truncated file/);
  });
});

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
