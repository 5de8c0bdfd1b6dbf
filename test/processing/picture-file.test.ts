import { expect } from 'chai';
import sharp from 'sharp';
import { decodePicture } from '../../src/processing/picture-file.js';

const raw = { width: 4, height: 3, channels: 1 } as const;
const wide = Uint16Array.from({ length: 12 }, (_, index) => index * 5000);
const narrow = Uint8Array.from({ length: 12 }, (_, index) => index * 20);

describe('pictures in files', () => {
  for (const format of ['png', 'tiff'] as const) {
    const options = format === 'tiff' ? { compression: 'none' as const } : {};

    it(`keep 16 bits of a ${format}`, async () => {
      const grey = sharp(wide, { raw }).toColourspace('grey16');
      const image = await decodePicture(await grey[format](options).toBuffer());
      expect(image).to.deep.equal({ type: 'uint16', data: wide, shape: [3, 4] });
    });

    it(`keep 8 bits of a ${format}`, async () => {
      const grey = sharp(narrow, { raw }).toColourspace('b-w');
      const image = await decodePicture(await grey[format](options).toBuffer());
      expect([image.type, [...image.data], image.shape]).to.deep.equal(['uint8', [...narrow], [3, 4]]);
    });
  }

  it('with colours become grey', async () => {
    const white = sharp({ create: { width: 2, height: 1, channels: 3, background: '#ffffff' } });
    const image = await decodePicture(await white.png().toBuffer());
    expect([[...image.data], image.shape]).to.deep.equal([
      [255, 255],
      [1, 2],
    ]);
  });

  it('of other kinds, cut short or none at all are refused with the reason', async () => {
    const jpeg = await sharp(narrow, { raw }).jpeg().toBuffer();
    const whole = await sharp(narrow, { raw }).png().toBuffer();
    const cases = [
      [jpeg, /NPY, PNG or TIFF file, not jpeg/],
      [Buffer.from('nothing'), /cannot be read/],
      [Buffer.alloc(0), /cannot be read: it is empty/],
      [whole.subarray(0, whole.length - 30), /cannot be read/],
    ] as const;
    for (const [bytes, message] of cases) {
      const error = await decodePicture(bytes).then(
        () => null,
        (reason: Error) => reason,
      );
      expect(error?.message).to.match(message);
    }
  });
});
