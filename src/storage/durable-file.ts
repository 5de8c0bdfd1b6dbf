/**
 * Files that are either the old or the new ones, whatever happens in between, and that survive a power cut once saved.
 */
import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CamServerError, errorText } from '../common/errors.js';

/**
 * Replaces or creates a file: temporary file in the same folder, fsync, rename, fsync of the folder. A symbolic link stays
 * one, and owner and access rights of a replaced file stay.
 * @param rights of the file from now on, for example 0o600; default: those of the replaced file, else 0o644
 * @throws CamServerError WRITE_FAILED with the path and the reason
 */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  rights?: number,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = join(
    dirname(target),
    `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const replaced = await stat(target).catch(() => null);
    const mode = rights ?? (replaced === null ? 0o644 : replaced.mode & 0o777);
    const file = await open(temporary, 'wx', mode);
    try {
      // only root can give files away; everybody else has them already
      if (replaced !== null && process.getuid?.() === 0) await file.chown(replaced.uid, replaced.gid);
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new CamServerError('WRITE_FAILED', `Cannot write '${path}': ${errorText(error)}`, { cause: error });
  }
}

/** Removes a file durably; returns whether it was there. */
export async function removeFileDurably(path: string): Promise<boolean> {
  try {
    await rm(path);
  } catch (error) {
    if (isMissing(error)) return false;
    throw new CamServerError('WRITE_FAILED', `Cannot remove '${path}': ${errorText(error)}`, {
      cause: error,
    });
  }
  await syncFolder(dirname(path));
  return true;
}

/** Whether a file operation failed because there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The text that the contract has for deleting what does not exist. */
export function noSuchFile(path: string): CamServerError {
  return new CamServerError('NOT_FOUND', `[Errno 2] No such file or directory: '${path}'`);
}

/** Makes what was renamed in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
