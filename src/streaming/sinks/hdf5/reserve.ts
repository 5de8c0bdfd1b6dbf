/**
 * Care for a full disk. HDF5 cannot go on after a write that failed, so recordings end while there is still space to close their
 * file; and some space is kept for that, in case that others take the rest meanwhile.
 */
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { CamServerError } from '../../../common/errors.js';

const BLOCK = Buffer.alloc(1024 * 1024);

/** @throws CamServerError when the file system of a file has less than so many bytes left */
export async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize >= bytes) return;
  const left = Math.floor((bavail * bsize) / 1024 ** 2);
  throw new CamServerError('DISK_FULL', `No space left on device: ${left} MiB remain at '${path}'`);
}

/** Space that another file takes until it is needed. */
export class DiskReserve {
  #size = 0;
  #file: FileHandle | null = null;

  /** @param path of the file that takes the space */
  constructor(private readonly path: string) {}

  /** Makes it that large. @throws when the disk has not so much space */
  async grow(bytes: number): Promise<void> {
    this.#file ??= await open(this.path, 'w');
    for (; this.#size < bytes; this.#size += BLOCK.length) await this.#file.write(BLOCK);
  }

  /** Gives the space back. */
  async release(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#size = 0;
    await file?.close();
    await rm(this.path, { force: true });
  }
}
