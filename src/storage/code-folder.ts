/** The files of one folder of users' code, changed one after the other and only from what was expected. */
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CamServerError } from '../common/errors.js';
import { nameFault, validName } from '../common/names.js';
import { noteChange } from '../common/request-context.js';
import type { Change } from './configuration-store.js';
import { digestOf, FileDigests } from './digest.js';
import { isMissing, noSuchFile, removeFileDurably, syncFolder, writeFileDurably } from './durable-file.js';
import { SerialQueues } from './serial-queues.js';

/** What became of a file: null for not there. */
export interface FileChange {
  readonly name: string;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
  readonly change: Change;
}

export class CodeFolder {
  private readonly digests = new FileDigests();
  private readonly queues = new SerialQueues();

  constructor(
    readonly path: string,
    private readonly kind: 'script' | 'library',
    /** Told of each change after it was made, before the next one of that file. */
    private readonly keep: (change: FileChange) => Promise<void> = async () => {},
  ) {}

  /** Names of the files (not folders, not hidden ones), sorted; none when there is no such folder. */
  async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.path, { withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Fingerprint of the file of exactly this name; null when there is none. */
  async digest(name: string): Promise<string | null> {
    if (nameFault(name) !== null) return null;
    const path = join(this.path, name);
    return this.digests.of(path, async () => digestOf(await readFile(path)));
  }

  /** Null when there is no file of exactly this name. */
  async read(name: string): Promise<Buffer | null> {
    try {
      return nameFault(name) === null ? await readFile(join(this.path, name)) : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** When the file was last written; null when there is none. */
  async modified(name: string): Promise<Date | null> {
    try {
      return nameFault(name) === null ? (await stat(join(this.path, name))).mtime : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** @throws CamServerError CONFLICT when the present file is not the expected one, INVALID_NAME, WRITE_FAILED */
  async store(name: string, content: string | Uint8Array, change: Change): Promise<void> {
    const path = this.pathOf(name);
    await this.queues.run(name, async () => {
      const before = await this.expected(name, change);
      await writeFileDurably(path, content);
      noteChange({ target: name, before: tag(before), after: digestOf(content) });
      await this.keep({ name, before, after: Buffer.from(content), change });
    });
  }

  /** @throws CamServerError NOT_FOUND, CONFLICT, INVALID_NAME, WRITE_FAILED */
  async delete(name: string, change: Change): Promise<void> {
    const path = this.pathOf(name);
    await this.queues.run(name, async () => {
      const before = await this.expected(name, change);
      if (before === null || !(await removeFileDurably(path))) throw noSuchFile(path);
      noteChange({ target: name, before: digestOf(before), after: null });
      await this.keep({ name, before, after: null, change });
    });
  }

  /**
   * Under one of the two names the file is there at any moment.
   * @throws CamServerError NOT_FOUND, NAME_TAKEN, CONFLICT, INVALID_NAME, WRITE_FAILED
   */
  async rename(name: string, to: string, change: Change): Promise<void> {
    const [from, target] = [this.pathOf(name), this.pathOf(to)];
    await this.inBothQueues(name, to, async () => {
      const content = await this.expected(name, change);
      if (content === null) throw noSuchFile(from);
      if ((await this.read(to)) !== null) {
        throw new CamServerError('NAME_TAKEN', `There is a ${this.kind} '${to}' already.`);
      }
      try {
        await rename(from, target);
        await syncFolder(this.path);
      } catch (error) {
        throw new CamServerError('WRITE_FAILED', `Cannot rename '${from}' to '${target}'.`, { cause: error });
      }
      const digest = digestOf(content);
      noteChange({ target: name, before: digest, after: digest, details: `renamed to ${to}` });
      const { comment } = change;
      const said = (what: string): Change => ({
        comment: comment === undefined ? what : `${what}: ${comment}`,
      });
      await this.keep({ name, before: content, after: null, change: said(`renamed to ${to}`) });
      await this.keep({ name: to, before: null, after: content, change: said(`renamed from ${name}`) });
    });
  }

  /** Two names are always waited for in the same order, so that nobody waits for somebody who waits. */
  private async inBothQueues(one: string, other: string, task: () => Promise<void>): Promise<void> {
    const [first, second] = [one, other].sort() as [string, string];
    if (first === second) return this.queues.run(first, task);
    return this.queues.run(first, () => this.queues.run(second, task));
  }

  private pathOf(name: string): string {
    return join(this.path, validName(this.kind, name));
  }

  private async expected(name: string, { expectedTag }: Change): Promise<Buffer | null> {
    const present = await this.read(name);
    if (expectedTag !== undefined && expectedTag !== tag(present)) {
      throw new CamServerError('CONFLICT', `The ${this.kind} '${name}' is not what it was expected to be.`);
    }
    return present;
  }
}

function tag(content: Buffer | null): string | null {
  return content === null ? null : digestOf(content);
}
