import { expect } from 'chai';
import fc from 'fast-check';
import { deriveDefinition, encodeDataHeader, Sender } from '../../src/bsread/index.js';
import { type ArrayValue, arrayValue, timestampNow } from '../../src/common/values.js';
import { averageImages, openImageStream } from '../../src/worker/background-collection.js';

const options = { camera: 'cam', images: 3, silence: 5000 };

function sourceOf(images: readonly ArrayValue[]): () => Promise<ArrayValue | null> {
  const left = [...images];
  return () => Promise.resolve(left.shift() ?? null);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );
}

describe('collection of a background', () => {
  it('is the mean with decimals cut, of every pixel', async () => {
    const pixels = fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(pixels, { minLength: 1, maxLength: 20 }), async (frames) => {
        const images = frames.map((frame) => arrayValue(Uint16Array.from(frame), [2, 3]));
        const mean = await averageImages(sourceOf(images), { ...options, images: frames.length });
        const expected = frames[0]!.map((_, pixel) => {
          const sum = frames.reduce((total, frame) => total + BigInt(frame[pixel]!), 0n);
          return Number(sum / BigInt(frames.length));
        });
        expect([...mean.data]).to.deep.equal(expected);
        expect(mean).to.deep.include({ type: 'uint16', shape: [2, 3] });
      }),
    );
  });

  it('clips what uint16 cannot hold', async () => {
    const image = arrayValue(Int32Array.of(-5, 70_000, 7), [1, 3]);
    const mean = await averageImages(sourceOf([image]), { ...options, images: 1 });
    expect([...mean.data]).to.deep.equal([0, 65_535, 7]);
    const wide = arrayValue(BigInt64Array.of(3n, 4n), [1, 2]);
    expect([...(await averageImages(sourceOf([wide]), { ...options, images: 1 })).data]).to.deep.equal([
      3, 4,
    ]);
  });

  it('says how far it came when the images stop', async () => {
    const image = arrayValue(Uint16Array.of(1), [1, 1]);
    expect(await refusal(averageImages(sourceOf([image]), options))).to.equal(
      'No image from camera cam for 5 s: 1 of 3 images were collected.',
    );
  });

  it('refuses images that change their size', async () => {
    const images = [arrayValue(new Uint16Array(6), [2, 3]), arrayValue(new Uint16Array(6), [3, 2])];
    expect(await refusal(averageImages(sourceOf(images), options))).to.equal(
      'The images of camera cam changed from 2x3 to 3x2 (rows x columns) meanwhile. Collect again.',
    );
  });

  it('takes the images of a stream, and gives up on a silent one', async () => {
    const sender = new Sender({ address: 'tcp://127.0.0.1:0' });
    await sender.open();
    const stream = await openImageStream(sender.address, options);
    const silent = await openImageStream('tcp://127.0.0.1:1', { ...options, silence: 1 });
    const definition = deriveDefinition('image', arrayValue(new Uint16Array(6), [2, 3]));
    const header = encodeDataHeader([definition], 'none');
    let pulse = 0;
    const timer = setInterval(() => {
      pulse += 1;
      const image = arrayValue(new Uint16Array(6).fill(pulse), [2, 3]);
      void sender.send(header, [image], BigInt(pulse), timestampNow());
    }, 5);
    try {
      const mean = await averageImages(stream.next, options);
      expect(mean.shape).to.deep.equal([2, 3]);
      expect(mean.data[0]).to.be.greaterThan(0).and.equal(mean.data[5]);
      expect(await refusal(averageImages(silent.next, { ...options, silence: 1 }))).to.equal(
        'No image from camera cam for 0.001 s: 0 of 3 images were collected.',
      );
    } finally {
      clearInterval(timer);
      stream.close();
      silent.close();
      sender.close();
    }
  });
});
