/**
 * Files made from users' code (bundled JavaScript, compiled C), named by a hash of everything that they are made from. They
 * are shared by all instances of a user and kept between starts.
 */
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Days after which a file that nobody used is removed. */
const KEPT_DAYS = 30;

let folder: Promise<string> | null = null;

/**
 * The folder: `CAMSERVER_CACHE`, or `camserver` in systemd's or the user's cache folder; a temporary one when that cannot be
 * written to.
 */
export function cacheFolder(): Promise<string> {
  folder ??= openFolder();
  return folder;
}

async function openFolder(): Promise<string> {
  const { CAMSERVER_CACHE, CACHE_DIRECTORY, XDG_CACHE_HOME } = process.env;
  const path =
    CAMSERVER_CACHE ?? CACHE_DIRECTORY ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'camserver');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await rm(await mkdtemp(join(path, 'probe-')), { recursive: true });
    await removeUnused(path);
    return path;
  } catch {
    return mkdtemp(join(tmpdir(), 'camserver-'));
  }
}

async function removeUnused(path: string): Promise<void> {
  const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
  for (const name of await readdir(path)) {
    const file = join(path, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && found.mtimeMs < oldest) await rm(file, { recursive: true, force: true });
  }
}

/** A short name for a content. */
export function contentHash(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest('hex').slice(0, 32);
}

/**
 * The path of a cached file; made when it is not there.
 * @param name with the hash of its content in it
 * @param make writes the file; several processes may do so at the same time, each to a path of its own
 */
export async function cachedFile(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(await cacheFolder(), name);
  try {
    await access(path);
    const now = new Date();
    await utimes(path, now, now);
    return path;
  } catch {
    // not there yet
  }
  const temporary = `${path}.${randomUUID()}`;
  try {
    await make(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return path;
}
