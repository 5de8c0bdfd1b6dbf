/** Files of backgrounds that are no pictures, or damaged ones. */
import sharp from 'sharp';
import { CamServerError } from '../../src/common/errors.js';
import { decodePicture } from '../../src/processing/picture-file.js';
import { hostileInputs, mutateBytes, pickFrom, randomGenerator } from './corpus.js';

export interface PictureResult {
  readonly accepted: number;
  readonly refused: number;
}

/**
 * Feeds what is kept for NPY files, then `count` mutations of a PNG and a TIFF file.
 * @throws when one is met by anything but a refusal with the reason
 */
export async function fuzzPictures(count: number, seed: number): Promise<PictureResult> {
  const random = randomGenerator(seed);
  const good = await goodPictures();
  const mutations = Array.from({ length: count }, () => mutateBytes(pickFrom(good, random), random));
  let accepted = 0;
  let refused = 0;
  for (const bytes of [...hostileInputs('npy').map((input) => input.bytes), ...mutations]) {
    try {
      await decodePicture(bytes);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof CamServerError) || error.code !== 'INVALID_PICTURE') {
        throw new Error(`${bytes.toString('base64')} was met by ${error}`, { cause: error });
      }
      refused += 1;
    }
  }
  return { accepted, refused };
}

function goodPictures(): Promise<Buffer[]> {
  const raw = { width: 16, height: 8, channels: 1 } as const;
  const picture = sharp(
    Uint8Array.from({ length: 128 }, (_, index) => index),
    { raw },
  );
  return Promise.all([picture.clone().png().toBuffer(), picture.clone().tiff().toBuffer()]);
}
