/**
 * The history of each configuration or script, beside the files: `<folder>/.revisions/<name>.jsonl`, one revision a line.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change, Revision } from './configuration-store.js';
import { isMissing, writeFileDurably } from './durable-file.js';

/** Kept per name; the file grows to twice as many before it is cut. */
const KEPT_REVISIONS = 100;

export class RevisionLog {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = join(folder, '.revisions');
  }

  /** Oldest first; lines that cannot be read (a write cut short by a crash) are left out. */
  async read(name: string): Promise<Revision[]> {
    const text = await readFile(this.path(name), 'utf8').catch((error) => {
      if (isMissing(error)) return '';
      throw error;
    });
    const revisions: Revision[] = [];
    for (const line of text.split('\n')) {
      try {
        if (line !== '') revisions.push(JSON.parse(line) as Revision);
      } catch {
        // the rest of an interrupted append
      }
    }
    return revisions;
  }

  /**
   * Adds what happened to a document.
   * @param before the text that was replaced, which is noted too when it did not come from here
   * @param after the new text, or null when it was deleted
   */
  async add(name: string, before: string | null, after: string | null, change: Change = {}): Promise<void> {
    const known = await this.read(name);
    const last = known.at(-1);
    const added: Revision[] = [];
    const append = (action: Revision['action'], text: string | null, by: Change): void => {
      added.push({
        revision: (last?.revision ?? 0) + added.length + 1,
        time: new Date().toISOString(),
        action,
        author: by.author ?? null,
        comment: by.comment ?? null,
        text,
      });
    };
    if (before !== null && before !== (last?.text ?? null)) append('found', before, {});
    append(after === null ? 'deleted' : 'saved', after, change);
    await mkdir(this.folder, { recursive: true });
    await this.write(name, known, added);
  }

  private async write(name: string, known: readonly Revision[], added: readonly Revision[]): Promise<void> {
    const lines = (revisions: readonly Revision[]): string =>
      revisions.map((revision) => `${JSON.stringify(revision)}\n`).join('');
    if (known.length + added.length > 2 * KEPT_REVISIONS) {
      await writeFileDurably(this.path(name), lines([...known, ...added].slice(-KEPT_REVISIONS)));
      return;
    }
    const file = await open(this.path(name), 'a');
    try {
      await file.writeFile(known.length === 0 ? lines(added) : `\n${lines(added)}`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private path(name: string): string {
    return join(this.folder, `${name}.jsonl`);
  }
}
