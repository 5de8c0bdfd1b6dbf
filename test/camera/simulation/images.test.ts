import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ImageSupply, movingBeam, recording } from '../../../src/camera/simulation/images.js';
import { formatNpy } from '../../../src/common/npy.js';
import { type ArrayValue, arrayValue } from '../../../src/common/values.js';
import { Hdf5File } from '../../../src/hdf5/index.js';

describe('camera/simulation/images', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const stack = arrayValue(
    Float32Array.from({ length: 12 }, (_, index) => index),
    [2, 2, 3],
  );

  async function take(supply: ImageSupply, count: number): Promise<ArrayValue[]> {
    const images: ArrayValue[] = [];
    for (let index = 0; index < count; index += 1) images.push(await supply.next());
    await supply.close();
    return images;
  }

  /** Column of the brightest one of the sums over rows. */
  function brightestColumn({ data, shape: [rows, columns] }: ArrayValue): number {
    const sums = new Float64Array(columns!);
    for (let index = 0; index < rows! * columns!; index += 1) sums[index % columns!]! += Number(data[index]);
    return sums.indexOf(Math.max(...sums));
  }

  it('moves the beam to the right, to the left and back', async () => {
    const images = await take(movingBeam({ width: 400, height: 600 }, 0), 151);
    expect(brightestColumn(images[0]!)).to.be.within(190, 210);
    expect(brightestColumn(images[50]!)).to.be.within(285, 315);
    expect(brightestColumn(images[150]!)).to.be.within(85, 115);
  });

  it('repeats what it has made when told so', async () => {
    const images = await take(movingBeam({ width: 16, height: 8 }, 3), 5);
    expect(images[3]).to.equal(images[0]);
    expect(images[4]).to.equal(images[1]);
    expect(images[1]).to.not.equal(images[0]);
  });

  it('plays a stack of NumPy, and one image', async () => {
    const path = join(folder, 'stack.npy');
    writeFileSync(path, formatNpy(stack));
    const images = await take(await recording(path), 3);
    expect(images[1]).to.deep.equal({
      type: 'float32',
      data: Float32Array.of(6, 7, 8, 9, 10, 11),
      shape: [2, 3],
    });
    expect(images[2]).to.deep.equal(images[0]);
    writeFileSync(path, formatNpy(arrayValue(Uint16Array.of(1, 2), [1, 2])));
    const single = await recording(path);
    expect(single.size).to.deep.equal({ width: 2, height: 1 });
  });

  it('plays a dataset of HDF5', async () => {
    const path = join(folder, 'stack.h5');
    const file = await Hdf5File.create(path);
    const dataset = await file.createDataset('/a/images', { type: 'float32', rowShape: [2, 3] });
    await file.write([{ dataset, first: 0, count: 2, bytes: new Uint8Array(stack.data.buffer) }]);
    await file.close();
    const images = await take(await recording(`${path}:/a/images`), 3);
    expect(images[1]).to.deep.equal({
      type: 'float32',
      data: Float32Array.of(6, 7, 8, 9, 10, 11),
      shape: [2, 3],
    });
    expect(images[2]).to.deep.equal(images[0]);
  });

  it('says what cannot be played', async () => {
    const path = join(folder, 'flat.npy');
    writeFileSync(path, formatNpy(arrayValue(Uint16Array.of(1, 2), [2])));
    const errorOf = (text: string): Promise<string> =>
      recording(text).then(
        () => 'no error',
        (error: Error) => error.message,
      );
    expect(await errorOf(path)).to.equal(`${path} has the shape (2); expected (images, rows, columns)`);
    expect(await errorOf('film.avi')).to.equal(
      "A recording is <file>.npy or <file>:<dataset> of HDF5, not 'film.avi'",
    );
  });
});
