/**
 * Who stored which background: `<background folder>/.authors.jsonl`, one background a line. Backgrounds from before, and those of
 * clients that nobody knows, have no author.
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentRequest } from '../common/request-context.js';
import { isMissing } from './durable-file.js';

export class BackgroundAuthors {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, '.authors.jsonl');
  }

  /** Notes that whoever asks now has stored a background. */
  async note(id: string): Promise<void> {
    const author = currentRequest()?.actor ?? null;
    if (author === null) return;
    await mkdir(this.folder, { recursive: true });
    await appendFile(this.path, `${JSON.stringify({ id, author })}\n`);
  }

  /** By id of the background; lines that cannot be read (a write cut short by a crash) are left out. */
  async read(): Promise<ReadonlyMap<string, string>> {
    const text = await readFile(this.path, 'utf8').catch((error) => {
      if (isMissing(error)) return '';
      throw error;
    });
    const authors = new Map<string, string>();
    for (const line of text.split('\n')) {
      try {
        const { id, author } = JSON.parse(line || '{}') as { id?: unknown; author?: unknown };
        if (typeof id === 'string' && typeof author === 'string') authors.set(id, author);
      } catch {
        // the rest of an interrupted append
      }
    }
    return authors;
  }
}
