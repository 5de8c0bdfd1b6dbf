/**
 * Code that was deleted here and may still be on workers that were away at that time. It is kept in a file, so that a restart
 * of the manager forgets nothing, and holds for every worker that returns, is switched on, or is new.
 */
import { join } from 'node:path';
import { errorText } from '../common/errors.js';
import type { JsonValue } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import type { ContentKind } from '../http/index.js';
import { readControlFile, writeControlFile } from './control-file.js';

export type Item = readonly [kind: ContentKind, name: string];

/** The oldest are forgotten beyond this. */
const LIMIT = 1000;
const KINDS: readonly ContentKind[] = ['script', 'library'];

/** Keeps them in `<config folder>/.cluster/deletions.json`. */
export function openDeletions(configFolder: string, log: Logger): Deletions {
  return new Deletions(join(configFolder, '.cluster', 'deletions.json'), log);
}

export class Deletions {
  /** Oldest first. */
  private readonly items: Promise<Map<string, Item>>;
  private saved: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly log: Logger,
  ) {
    this.items = this.load();
  }

  /** Other kinds than code are left out: workers can tell what they have of those. */
  async note(item: Item): Promise<void> {
    if (!KINDS.includes(item[0])) return;
    const items = await this.items;
    items.delete(keyOf(item));
    items.set(keyOf(item), item);
    if (items.size > LIMIT) items.delete(items.keys().next().value!);
    await this.save(items);
  }

  /** It is there again. */
  async revoke(item: Item): Promise<void> {
    const items = await this.items;
    if (items.delete(keyOf(item))) await this.save(items);
  }

  async all(): Promise<Item[]> {
    return [...(await this.items).values()];
  }

  private async load(): Promise<Map<string, Item>> {
    try {
      const stored = (await readControlFile(this.path))?.deleted;
      const items = Array.isArray(stored) ? stored.filter(isItem) : [];
      return new Map(items.map((item) => [keyOf(item), item]));
    } catch (error) {
      this.log.warning(errorText(error));
      return new Map();
    }
  }

  /** Without the file only workers that return after a restart of the manager keep what was deleted. */
  private save(items: ReadonlyMap<string, Item>): Promise<void> {
    const document = { deleted: [...items.values()].map((item) => [...item]) };
    this.saved = this.saved
      .then(() => writeControlFile(this.path, document))
      .catch((error) => this.log.warning(`Deletions could not be noted: ${errorText(error)}`));
    return this.saved;
  }
}

function isItem(value: JsonValue): value is [ContentKind, string] {
  return Array.isArray(value) && KINDS.includes(value[0] as ContentKind) && typeof value[1] === 'string';
}

function keyOf([kind, name]: Item): string {
  return `${kind}/${name}`;
}
