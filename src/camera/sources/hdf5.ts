/**
 * `hdf5`: the images of a file, one after the other and again from the first, at `frame_rate` or as fast as possible.
 * `source` is `<file>:<dataset>`; the dataset has the shape (images, rows, columns).
 */

import type { TypedArray } from '../../common/dtype.js';
import { CamServerError } from '../../common/errors.js';
import { timestampNow } from '../../common/values.js';
import { type Hdf5Dataset, Hdf5File } from '../../hdf5/index.js';
import { viewOf } from '../../processing/views.js';
import type { Size } from '../geometry.js';
import { type FrameReader, pollingSource, type ReaderContext } from './polling/polling.js';
import type { SourceDefinition, SourceFrame } from './source.js';

export const hdf5: SourceDefinition = pollingSource(() => new FileReader());

class FileReader implements FrameReader {
  private file: Hdf5File | null = null;
  private images: Hdf5Dataset | null = null;
  private position = 0;
  /** Read while the image before is published. */
  private next: Promise<TypedArray> | null = null;

  async open({ settings: { source } }: ReaderContext): Promise<Size> {
    const colon = source.lastIndexOf(':');
    if (colon <= 0) {
      throw new CamServerError(
        'WRONG_SOURCE',
        `The source of a hdf5 camera is <file>:<dataset>, not '${source}'`,
      );
    }
    this.file = await Hdf5File.open(source.slice(0, colon));
    this.images = await this.file.dataset(source.slice(colon + 1));
    const { type, rows, rowShape } = this.images;
    if (type === null || rowShape.length !== 2 || rows === 0) {
      const found = type === null ? 'texts' : `the shape (${[rows, ...rowShape].join(', ')})`;
      throw new CamServerError(
        'WRONG_SOURCE',
        `Dataset '${this.images.path}' has ${found}; expected (images, rows, columns) with at least one image`,
      );
    }
    this.prefetch(this.images);
    return { width: rowShape[1] as number, height: rowShape[0] as number };
  }

  async read(): Promise<SourceFrame> {
    const images = this.images!;
    const pixels = await this.next!;
    this.prefetch(images);
    const [rows, columns] = images.rowShape as [number, number];
    return { image: viewOf(pixels, rows, columns), pulseId: null, timestamp: timestampNow() };
  }

  close(): void {
    // fails only with a disk that is gone; then there is nothing left to be closed
    void this.file?.close().catch(() => {});
  }

  private prefetch(images: Hdf5Dataset): void {
    this.next = images.read(this.position);
    // whoever reads it hears of a failure
    this.next.catch(() => {});
    this.position = (this.position + 1) % images.rows;
  }
}
