/** Changes of the sources of a buffer: one at a time per buffer and, when something fails, back to what was before. */
import { CamServerError, errorText } from '../../../common/errors.js';
import type { BufferAdapter } from './buffer.js';

export interface SourceChange {
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

export class SourceChanges {
  #isBusy = false;

  constructor(private readonly buffer: BufferAdapter) {}

  /**
   * Removes, then adds; an address may be in both, which connects it anew.
   * @returns what was done, line by line
   * @throws CamServerError BUFFER_BUSY; BUFFER_FAILED with what was done, and whether it was taken back
   */
  async apply({ remove, add }: SourceChange): Promise<string[]> {
    if (this.#isBusy) {
      throw new CamServerError(
        'BUFFER_BUSY',
        'Another change of this buffer is in progress; try again when it is done.',
      );
    }
    this.#isBusy = true;
    try {
      return await this.#run(remove, add);
    } finally {
      this.#isBusy = false;
    }
  }

  async #run(remove: readonly string[], add: readonly string[]): Promise<string[]> {
    const lines: string[] = [];
    const present = new Set(await this.buffer.sources());
    const removed = remove.filter((address) => present.has(address));
    if (removed.length > 0) {
      await this.buffer.removeSources(removed);
      lines.push(...removed.map((address) => `Removed ${address}.`));
    }
    const added = add.filter((address) => !present.has(address) || removed.includes(address));
    if (added.length === 0) return lines;
    try {
      await this.buffer.addSources(added);
    } catch (error) {
      throw new CamServerError(
        'BUFFER_FAILED',
        [...lines, errorText(error), await this.#restore(removed)].join('\n'),
      );
    }
    return [...lines, ...added.map((address) => `Added ${address}.`)];
  }

  /** @returns what became of it */
  async #restore(removed: readonly string[]): Promise<string> {
    if (removed.length === 0) return 'Nothing was changed.';
    try {
      await this.buffer.addSources(removed);
      return `Added again what was removed: ${removed.join(', ')}.`;
    } catch (error) {
      return `NOT added again: ${removed.join(', ')}: ${errorText(error)}`;
    }
  }
}
