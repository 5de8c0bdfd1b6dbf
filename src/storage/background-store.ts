/**
 * Background images as `<folder>/<id>.npy`. Collected ones are called `<camera>_YYYYMMDD_HHMMSS_ffffff` (local time).
 */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CamServerError } from '../common/errors.js';
import { nameFault, validName } from '../common/names.js';
import { formatNpy, parseNpy } from '../common/npy.js';
import { noteChange } from '../common/request-context.js';
import type { ArrayValue } from '../common/values.js';
import { BackgroundAuthors } from './background-authors.js';
import { digestOf, FileDigests } from './digest.js';
import { isMissing, removeFileDurably, writeFileDurably } from './durable-file.js';

const EXTENSION = '.npy';
const COLLECTED = /^(.+)_(\d{8}_\d{6}_\d{6})$/;

export class BackgroundStore {
  /** Of the last id given, so that two collections never share one. */
  private lastMicroseconds = 0;
  private readonly digests = new FileDigests();

  private readonly noted: BackgroundAuthors;

  constructor(readonly folder: string) {
    this.noted = new BackgroundAuthors(folder);
  }

  /** Where a background is, for instance processes that read it themselves; it need not exist. */
  path(id: string): string {
    return join(this.folder, validName('background', id) + EXTENSION);
  }

  /** @throws CamServerError BACKGROUND_NOT_FOUND, INVALID_NPY */
  async load(id: string): Promise<ArrayValue> {
    return parseNpy(await this.bytes(id));
  }

  async has(id: string): Promise<boolean> {
    if (nameFault(id) !== null) return false;
    return stat(this.path(id)).then(
      (status) => status.isFile(),
      () => false,
    );
  }

  /** Fingerprint of type, shape and pixels, whatever wrote the file; null when there is no such background. */
  async digest(id: string): Promise<string | null> {
    if (nameFault(id) !== null) return null;
    return this.digests.of(this.path(id), async () => {
      const { type, shape, data } = await this.load(id);
      return digestOf(`${type} ${shape} `, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    });
  }

  /** Stores under exactly this id; the folder is made when it is missing. */
  async store(id: string, image: ArrayValue): Promise<void> {
    const path = this.path(id);
    await mkdir(this.folder, { recursive: true });
    await writeFileDurably(path, formatNpy(image));
    noteChange({ target: id });
    await this.noted.note(id);
  }

  /** Who stored what, by id, as far as it is known. */
  authors(): Promise<ReadonlyMap<string, string>> {
    return this.noted.read();
  }

  /** Stores a collected background. @returns its new id */
  async storeCollected(camera: string, image: ArrayValue): Promise<string> {
    const microseconds = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    this.lastMicroseconds = Math.max(microseconds, this.lastMicroseconds + 1);
    const id = `${camera}_${formatIdTime(this.lastMicroseconds)}`;
    await this.store(id, image);
    return id;
  }

  /**
   * Ids of the backgrounds collected for exactly this camera, oldest first.
   * @throws CamServerError NO_BACKGROUND when there are none
   */
  async list(camera: string): Promise<string[]> {
    const ids = (await this.ids()).filter((id) => COLLECTED.exec(id)?.[1] === camera);
    if (ids.length === 0) {
      const text = `No background matches for the specified prefix '${camera}'.`;
      throw new CamServerError('NO_BACKGROUND', text);
    }
    return ids;
  }

  /** The cameras of all collected backgrounds. */
  async cameras(): Promise<Map<string, { count: number; newest: string }>> {
    const cameras = new Map<string, { count: number; newest: string }>();
    for (const id of await this.ids()) {
      const camera = COLLECTED.exec(id)?.[1];
      if (camera === undefined) continue;
      cameras.set(camera, { count: (cameras.get(camera)?.count ?? 0) + 1, newest: id });
    }
    return cameras;
  }

  /** @throws CamServerError NO_BACKGROUND */
  async latest(camera: string): Promise<string> {
    return (await this.list(camera)).at(-1)!;
  }

  /**
   * Removes collected backgrounds older than `days` (by modification time), but never the latest of a camera.
   * @param keep ids that are still referred to
   * @returns the removed ids
   */
  async removeOlderThan(days: number, keep: ReadonlySet<string>): Promise<string[]> {
    const latest = new Map<string, string>();
    const collected = (await this.ids()).filter((id) => COLLECTED.test(id));
    for (const id of collected) latest.set(COLLECTED.exec(id)![1]!, id);
    const kept = new Set([...latest.values(), ...keep]);
    const oldest = Date.now() - days * 24 * 3600 * 1000;
    const removed: string[] = [];
    for (const id of collected) {
      if (kept.has(id)) continue;
      const { mtimeMs } = await stat(this.path(id));
      if (mtimeMs < oldest && (await removeFileDurably(this.path(id)))) removed.push(id);
    }
    return removed;
  }

  private async bytes(id: string): Promise<Buffer> {
    const missing = new CamServerError(
      'BACKGROUND_NOT_FOUND',
      `Requested background '${id}' does not exist.`,
    );
    if (nameFault(id) !== null) throw missing;
    return readFile(this.path(id)).catch((error) => {
      throw isMissing(error) ? missing : error;
    });
  }

  /** Sorted as text, which is the order of time for one camera. */
  private async ids(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return names
      .filter((name) => name.endsWith(EXTENSION) && !name.startsWith('.'))
      .map((name) => name.slice(0, -EXTENSION.length))
      .sort();
  }
}

/** `YYYYMMDD_HHMMSS_ffffff` in local time. */
function formatIdTime(microseconds: number): string {
  const time = new Date(Math.floor(microseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const second = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `${day}_${second}_${String(microseconds % 1_000_000).padStart(6, '0')}`;
}
