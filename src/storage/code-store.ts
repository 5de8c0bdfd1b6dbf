/**
 * Users' code: scripts in one folder, libraries in its folder `lib`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CamServerError, errorText } from '../common/errors.js';
import { nameFault } from '../common/names.js';
import { noteChange } from '../common/request-context.js';
import { CodeFolder, type FileChange } from './code-folder.js';
import { type Change, type Revision, withAuthor } from './configuration-store.js';
import { RevisionLog } from './revision-log.js';

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
  /** @throws CamServerError CONFLICT when the present file is not the expected one (`digestOf` its content) */
  store(name: string, content: Buffer, change?: Change): Promise<void>;
  /** @throws CamServerError when there is none of exactly that name, CONFLICT */
  delete(name: string, change?: Change): Promise<void>;
}

/** Where files can get another name. */
export interface RenamableCode extends CodeManagement {
  /** At any moment the file is there under one of the names. @throws CamServerError NOT_FOUND, NAME_TAKEN, CONFLICT */
  rename(name: string, to: string, change?: Change): Promise<void>;
}

/** Source files, in the order in which a name without extension looks for them; compiled ones (`.so`) come after `.c`. */
const SCRIPT_EXTENSIONS = ['.c', '.py', '.mjs', '.js', '.ts'];

export class ScriptStore implements RenamableCode {
  private readonly files: CodeFolder;
  private readonly log: RevisionLog;

  constructor(readonly folder: string) {
    this.files = new CodeFolder(folder, 'script', (change) => this.keep(change));
    this.log = new RevisionLog(folder);
  }

  /** Fingerprint of the file of exactly this name; null when there is none. */
  digest(file: string): Promise<string | null> {
    return this.files.digest(file);
  }

  /** When the file of exactly this name was last written; null when there is none. */
  modified(file: string): Promise<Date | null> {
    return this.files.modified(file);
  }

  /** File names of the scripts in source form, sorted. */
  async names(): Promise<string[]> {
    return (await this.files.names()).filter(isSource);
  }

  /**
   * The file name that a name stands for, or null. A name without extension is looked for as `<name>.c`, then
   * `<name>.so` or `<name>.<anything>.so`, then `<name>.py`, `.mjs`, `.js`, `.ts`.
   */
  async resolve(name: string): Promise<string | null> {
    if (nameFault(name) !== null) return null;
    const files = await this.files.names();
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
    const content = file === null ? null : await this.files.read(file);
    if (file === null || content === null) {
      throw new CamServerError('SCRIPT_NOT_FOUND', `Requested script '${name}' does not exist.`);
    }
    return { name: file, content };
  }

  store(name: string, content: string | Uint8Array, change: Change = {}): Promise<void> {
    return this.files.store(name, content, change);
  }

  /** Removes the file of exactly this name; its history stays. */
  delete(name: string, change: Change = {}): Promise<void> {
    return this.files.delete(name, change);
  }

  /** Under its new name it begins a history of its own; that of the old name stays. */
  rename(name: string, to: string, change: Change = {}): Promise<void> {
    return this.files.rename(name, to, change);
  }

  /** What became of the script of exactly this name, oldest first; none for compiled ones. */
  async revisions(name: string): Promise<Revision[]> {
    return nameFault(name) === null ? this.log.read(name) : [];
  }

  /** The script is saved by now; a full disk here must not turn success into failure. */
  private async keep({ name, before, after, change }: FileChange): Promise<void> {
    if (!isSource(name)) return;
    try {
      await this.log.add(name, before?.toString() ?? null, after?.toString() ?? null, withAuthor(change));
    } catch (error) {
      noteChange({ details: `its revision was not kept: ${errorText(error)}` });
    }
  }
}

export class LibraryStore implements RenamableCode {
  readonly folder: string;
  private readonly files: CodeFolder;

  constructor(scriptFolder: string) {
    this.folder = join(scriptFolder, 'lib');
    this.files = new CodeFolder(this.folder, 'library');
  }

  /** Fingerprint of a library; null when there is none. */
  digest(name: string): Promise<string | null> {
    return this.files.digest(name);
  }

  /** When a library was last written; null when there is none. */
  modified(name: string): Promise<Date | null> {
    return this.files.modified(name);
  }

  /** File names that contain a dot, sorted. */
  async names(): Promise<string[]> {
    return (await this.files.names()).filter((name) => name.includes('.'));
  }

  /** The path of an existing library, or null. */
  async path(name: string): Promise<string | null> {
    return (await this.files.names()).includes(name) ? join(this.folder, name) : null;
  }

  /** @throws CamServerError LIBRARY_NOT_FOUND `Requested lib '<name>' does not exist.` */
  async read(name: string): Promise<StoredFile> {
    const isThere = (await this.path(name)) !== null;
    const content = isThere ? await this.files.read(name) : null;
    if (content === null) {
      throw new CamServerError('LIBRARY_NOT_FOUND', `Requested lib '${name}' does not exist.`);
    }
    return { name, content };
  }

  async store(name: string, content: string | Uint8Array, change: Change = {}): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.files.store(name, content, change);
  }

  delete(name: string, change: Change = {}): Promise<void> {
    return this.files.delete(name, change);
  }

  rename(name: string, to: string, change: Change = {}): Promise<void> {
    return this.files.rename(name, to, change);
  }
}

function isSource(name: string): boolean {
  return SCRIPT_EXTENSIONS.some((extension) => name.endsWith(extension));
}
