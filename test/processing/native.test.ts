/** What the border of the addon refuses: nothing that JavaScript can pass may read or write outside an array. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { type Image, type Kernels, PROFILE_FIT } from '../../src/processing/kernels.js';
import { instructionSet, nativeKernels, nativeKernelsMissing } from '../../src/processing/native.js';
import { viewOf } from '../../src/processing/views.js';

const kernels = nativeKernels as Kernels;
const image = (changes: Partial<Image> = {}): Image => ({ ...viewOf(new Uint16Array(12), 3, 4), ...changes });

describe('processing: border of the addon', () => {
  it('is there', () => {
    expect(nativeKernelsMissing).to.equal(null);
    expect(instructionSet).to.be.oneOf(['baseline', 'avx2', 'avx512']);
  });

  it('refuses views that reach beyond their data', () => {
    const refused: [Partial<Image>, RegExp][] = [
      [{ shape: [4, 4] }, /^pass: the view of image \(4 x 4, .*\) reaches beyond its 12 elements$/],
      [{ offset: 1 }, /reaches beyond/],
      [{ offset: -1 }, /image offset must be a whole number from 0/],
      [{ offset: 0.5 }, /image offset must be a whole number/],
      [{ offset: Number.NaN }, /image offset/],
      [{ stride: [5, 1] }, /reaches beyond/],
      [{ stride: [-4, 1] }, /reaches beyond/],
      [{ stride: [-4, 1], offset: 7 }, /reaches beyond/],
      [{ stride: [2 ** 53 - 1, 2 ** 53 - 1] }, /reaches beyond/],
      [{ stride: [2 ** 60, 1] }, /image row stride must be/],
      [{ stride: [Number.POSITIVE_INFINITY, 1] }, /image row stride/],
      [{ shape: [2 ** 52, 2 ** 52], stride: [0, 0] }, /too many pixels/],
      [{ shape: [-1, 4] }, /image rows must be/],
    ];
    for (const [changes, text] of refused) {
      const run = (): unknown => kernels.pass(image(changes), { statistics: false });
      expect(run, JSON.stringify(changes)).to.throw(RangeError, text);
    }
    expect(() => kernels.pass(image({ shape: [] as never }))).to.throw();
  });

  it('refuses arrays of a wrong type or length', () => {
    const pass = (options: object) => () => kernels.pass(image(), options);
    expect(pass({ destination: new Uint8Array(12) })).to.throw(
      TypeError,
      'pass: destination must be a Uint16Array, not a Uint8Array',
    );
    expect(pass({ destination: new Uint16Array(11) })).to.throw(RangeError, 'has 11 elements, needed are 12');
    expect(pass({ destination: [] })).to.throw(
      TypeError,
      'pass: destination must be a typed array of numbers',
    );
    expect(pass({ destination: new Uint8ClampedArray(12) })).to.throw(TypeError);
    expect(pass({ destination: new DataView(new ArrayBuffer(24)) })).to.throw(TypeError);
    expect(pass({ background: viewOf(new Int16Array(12), 3, 4) })).to.throw(TypeError, 'Uint16Array');
    expect(pass({ background: viewOf(new Uint16Array(12), 4, 3) })).to.throw(RangeError, 'rows and columns');
    expect(pass({ threshold: '5' })).to.throw(TypeError, 'pass: threshold must be a number');
    expect(() => kernels.pass({ data: null, shape: [1, 1], stride: [1, 1], offset: 0 } as never)).to.throw(
      TypeError,
    );
    expect(() => kernels.accumulate(new Float64Array(11), image())).to.throw(RangeError);
    expect(() => kernels.accumulate(new Int32Array(12) as never, image())).to.throw(TypeError);
    expect(() => kernels.colorize(new Float64Array(1), new Uint8Array(1000))).to.throw(RangeError);
    expect(() => kernels.bin(image(), 0.5, 1, true)).to.throw(RangeError, 'binningX must be a whole number');
    const rotation = { angle: 5, order: 3, mode: 'mirror', fill: 0 } as const;
    expect(() => kernels.rotate(image(), { ...rotation, order: 6 })).to.throw(RangeError, 'order');
    expect(() => kernels.rotate(image(), { ...rotation, mode: 'other' as never })).to.throw(
      RangeError,
      'mode',
    );
    expect(() => kernels.rotate(image(), { ...rotation, angle: Number.NaN })).to.throw(RangeError, 'angle');
  });

  it('refuses detached memory', () => {
    const detached = image();
    structuredClone(detached.data.buffer, { transfer: [detached.data.buffer as ArrayBuffer] });
    expect(() => kernels.pass(detached)).to.throw(RangeError, 'reaches beyond its 0 elements');
    const destination = new Uint16Array(12);
    structuredClone(destination.buffer, { transfer: [destination.buffer] });
    expect(() => kernels.pass(image(), { destination })).to.throw(RangeError, 'has 0 elements');
  });

  it('refuses fits of nothing and of arrays that do not match', () => {
    expect(() => kernels.gaussianFit(new Float64Array(0), new Float64Array(0))).to.throw(
      RangeError,
      'without points',
    );
    expect(() => kernels.gaussianFit(new Float64Array(5), new Float64Array(4))).to.throw(
      RangeError,
      'gaussianFit: profile has 5 elements, axis 4',
    );
    const start = { offset: 0, amplitude: 1, center: 2, sigma: 1 };
    expect(() =>
      kernels.gaussianFitFrom(new Float64Array(5), new Float64Array(4), start, PROFILE_FIT),
    ).to.throw(RangeError);
  });

  it('takes images without pixels where that makes sense', () => {
    const empty = viewOf(new Uint16Array(0), 0, 4);
    expect(() => kernels.pass(empty)).to.throw(RangeError, 'an image without pixels has no minimum');
    expect(kernels.pass(empty, { statistics: false, destination: new Uint16Array(0) })).to.equal(null);
    expect(kernels.bin(image(), 5, 1, true).shape).to.deep.equal([3, 0]);
    expect(kernels.convert(empty, 'float32').data).to.have.length(0);
  });

  it('keeps pixels right when destination and image overlap', () => {
    const data = Uint16Array.from({ length: 12 }, (_, index) => index);
    kernels.pass(image({ data, stride: [-4, 1], offset: 8 }), { destination: data, statistics: false });
    expect([...data]).to.deep.equal([8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]);
    const shifted = new Uint16Array(data.buffer, 2, 11);
    expect(() => kernels.convert(viewOf(shifted, 1, 11), 'uint16')).not.to.throw();
    const background = viewOf(data, 3, 4);
    expect(() => kernels.pass(image(), { background, destination: data })).to.throw(
      RangeError,
      'must not overlap',
    );
  });

  it('serves several threads at a time, on shared memory and without copies', async () => {
    const [rows, columns, threads] = [60, 128, 3];
    const shared = (): Uint16Array<SharedArrayBuffer> =>
      new Uint16Array(new SharedArrayBuffer(2 * rows * columns));
    const pixels = shared().map((_, index) => (index * 7919) % 1000);
    const data = shared();
    data.set(pixels);
    const destination = shared();
    const results = await Promise.all(
      Array.from({ length: threads }, (_, part) => partInWorker({ data, destination, part, threads })),
    );
    const expected = kernels.pass(viewOf(pixels, rows, columns), { threshold: 500 })!;
    const sums = results.flatMap(({ yProfile }) => [...yProfile]);
    expect(sums).to.deep.equal([...expected.yProfile]);
    expect(results.map(({ name }) => name)).to.deep.equal(['native', 'native', 'native']);
    expect([...destination]).to.deep.equal([...pixels].map((pixel) => (pixel < 500 ? 0 : pixel)));
  });
});

/** A thread that works on one part of the rows, and fits its column sums. */
async function partInWorker(workerData: object): Promise<{ name: string; yProfile: BigInt64Array }> {
  const module = JSON.stringify(new URL('../../src/processing/index.js', import.meta.url).href);
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${module}).then(({ kernels, viewOf }) => {
      const { data, destination, part, threads } = workerData;
      const count = data.length / threads;
      const rows = (array) => array.subarray(part * count, (part + 1) * count);
      const options = { threshold: 500, destination: rows(destination) };
      const { xProfile, yProfile } = kernels.pass(viewOf(rows(data), count / 128, 128), options);
      for (let i = 0; i < 50; i++) kernels.gaussianFit(xProfile, Float32Array.from(xProfile, (_, i) => i));
      parentPort.postMessage({ name: kernels.name, yProfile });
    });`;
  const worker = new Worker(code, { eval: true, workerData });
  const [result] = (await once(worker, 'message')) as [{ name: string; yProfile: BigInt64Array }];
  await worker.terminate();
  return result;
}
