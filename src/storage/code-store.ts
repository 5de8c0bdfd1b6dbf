/**
 * Users' code: scripts in one folder, libraries in its folder `lib`.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CamServerError, errorText } from '../common/errors.js';
import { nameFault, validName } from '../common/names.js';
import { noteChange } from '../common/request-context.js';
import { type Revision, withAuthor } from './configuration-store.js';
import { digestOf, FileDigests } from './digest.js';
import { isMissing, noSuchFile, removeFileDurably, writeFileDurably } from './durable-file.js';
import { RevisionLog } from './revision-log.js';
import { SerialQueues } from './serial-queues.js';

/** A file as it was found. */
export interface StoredFile {
  /** File name with extension. */
  readonly name: string;
  readonly content: Buffer;
}

/** Users' files of one kind: those of a folder, or of other servers. */
export interface CodeManagement {
  /** Sorted. */
  names(): Promise<string[]>;
  /** @throws CamServerError when there is none of that name */
  read(name: string): Promise<StoredFile>;
  store(name: string, content: Buffer): Promise<void>;
  /** @throws CamServerError when there is none of exactly that name */
  delete(name: string): Promise<void>;
}

/** Source files, in the order in which a name without extension looks for them; compiled ones (`.so`) come after `.c`. */
const SCRIPT_EXTENSIONS = ['.c', '.py', '.mjs', '.js', '.ts'];

export class ScriptStore implements CodeManagement {
  private readonly digests = new FileDigests();
  private readonly queues = new SerialQueues();
  private readonly log: RevisionLog;

  constructor(readonly folder: string) {
    this.log = new RevisionLog(folder);
  }

  /** Fingerprint of the file of exactly this name; null when there is none. */
  digest(file: string): Promise<string | null> {
    return digestOfFile(this.digests, this.folder, file);
  }

  /** File names of the scripts in source form, sorted. */
  async names(): Promise<string[]> {
    const files = await filesOf(this.folder);
    return files.filter((name) => SCRIPT_EXTENSIONS.some((extension) => name.endsWith(extension)));
  }

  /**
   * The file name that a name stands for, or null. A name without extension is looked for as `<name>.c`, then
   * `<name>.so` or `<name>.<anything>.so`, then `<name>.py`, `.mjs`, `.js`, `.ts`.
   */
  async resolve(name: string): Promise<string | null> {
    if (nameFault(name) !== null) return null;
    const files = await filesOf(this.folder);
    if (files.includes(name) && name.includes('.')) return name;
    if (name.includes('.')) return null;
    if (files.includes(`${name}.c`)) return `${name}.c`;
    const compiled = files.find((file) => file.startsWith(`${name}.`) && file.endsWith('.so'));
    if (compiled !== undefined) return compiled;
    return (
      SCRIPT_EXTENSIONS.map((extension) => name + extension).find((file) => files.includes(file)) ?? null
    );
  }

  /** The path that a name stands for, or null. */
  async path(name: string): Promise<string | null> {
    const file = await this.resolve(name);
    return file === null ? null : join(this.folder, file);
  }

  /** @throws CamServerError SCRIPT_NOT_FOUND `Requested script '<name>' does not exist.` */
  async read(name: string): Promise<StoredFile> {
    const file = await this.resolve(name);
    const content = file === null ? null : await readIfPresent(join(this.folder, file));
    if (file === null || content === null) {
      throw new CamServerError('SCRIPT_NOT_FOUND', `Requested script '${name}' does not exist.`);
    }
    return { name: file, content };
  }

  async store(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.folder, validName('script', name));
    await this.queues.run(name, async () => {
      const before = await storeNoted(path, name, content);
      await this.keep(name, before, textOf(content));
    });
  }

  /** Removes the file of exactly this name; its history stays. @throws CamServerError NOT_FOUND */
  async delete(name: string): Promise<void> {
    const path = join(this.folder, validName('script', name));
    await this.queues.run(name, async () => this.keep(name, await removeNoted(path, name), null));
  }

  /** What became of the script of exactly this name, oldest first; none for compiled ones. */
  async revisions(name: string): Promise<Revision[]> {
    return nameFault(name) === null ? this.log.read(name) : [];
  }

  /** The script is saved by now; a full disk here must not turn success into failure. */
  private async keep(name: string, before: Buffer | null, after: string | null): Promise<void> {
    if (!SCRIPT_EXTENSIONS.some((extension) => name.endsWith(extension))) return;
    try {
      await this.log.add(name, before === null ? null : before.toString(), after, withAuthor());
    } catch (error) {
      noteChange({ details: `its revision was not kept: ${errorText(error)}` });
    }
  }
}

export class LibraryStore implements CodeManagement {
  readonly folder: string;
  private readonly digests = new FileDigests();

  constructor(scriptFolder: string) {
    this.folder = join(scriptFolder, 'lib');
  }

  /** Fingerprint of a library; null when there is none. */
  digest(name: string): Promise<string | null> {
    return digestOfFile(this.digests, this.folder, name);
  }

  /** File names that contain a dot, sorted. */
  async names(): Promise<string[]> {
    return (await filesOf(this.folder)).filter((name) => name.includes('.'));
  }

  /** The path of an existing library, or null. */
  async path(name: string): Promise<string | null> {
    return (await filesOf(this.folder)).includes(name) ? join(this.folder, name) : null;
  }

  /** @throws CamServerError LIBRARY_NOT_FOUND `Requested lib '<name>' does not exist.` */
  async read(name: string): Promise<StoredFile> {
    const path = nameFault(name) === null ? await this.path(name) : null;
    const content = path === null ? null : await readIfPresent(path);
    if (content === null) {
      throw new CamServerError('LIBRARY_NOT_FOUND', `Requested lib '${name}' does not exist.`);
    }
    return { name, content };
  }

  async store(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.folder, validName('library', name));
    await mkdir(this.folder, { recursive: true });
    await storeNoted(path, name, content);
  }

  /** @throws CamServerError NOT_FOUND */
  async delete(name: string): Promise<void> {
    await removeNoted(join(this.folder, validName('library', name)), name);
  }
}

async function digestOfFile(digests: FileDigests, folder: string, name: string): Promise<string | null> {
  if (nameFault(name) !== null) return null;
  const path = join(folder, name);
  return digests.of(path, async () => digestOf(await readFile(path)));
}

/** Names of the files (not folders, not hidden ones), sorted; none when there is no such folder. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readIfPresent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Tells the audit log what the file was and became. @returns what it was */
async function storeNoted(
  path: string,
  target: string,
  content: string | Uint8Array,
): Promise<Buffer | null> {
  const before = await readIfPresent(path);
  await writeFileDurably(path, content);
  noteChange({ target, before: before === null ? null : digestOf(before), after: digestOf(content) });
  return before;
}

async function removeNoted(path: string, target: string): Promise<Buffer> {
  const before = await readIfPresent(path);
  if (before === null || !(await removeFileDurably(path))) throw noSuchFile(path);
  noteChange({ target, before: digestOf(before), after: null });
  return before;
}

function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : Buffer.from(content).toString();
}
