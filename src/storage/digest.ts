/** Fingerprints of stored files, to tell without sending them whether two servers hold the same. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isMissing } from './durable-file.js';

/** SHA-256 in hexadecimal. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

interface CachedDigest {
  readonly fileState: string;
  readonly digest: string;
}

const KEPT = 5000;

/** Digests of files, computed again only when time, size or inode of the file changed. */
export class FileDigests {
  private readonly cache = new Map<string, CachedDigest>();

  /** Null when there is no such file. @param compute reads the file and gives its digest */
  async of(path: string, compute: () => Promise<string>): Promise<string | null> {
    const status = await stat(path, { bigint: true }).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (status === null) return null;
    const fileState = `${status.mtimeNs} ${status.size} ${status.ino}`;
    const cached = this.cache.get(path);
    if (cached?.fileState === fileState) return cached.digest;
    const digest = await compute();
    this.cache.set(path, { fileState, digest });
    if (this.cache.size > KEPT) this.cache.delete(this.cache.keys().next().value!);
    return digest;
  }
}
