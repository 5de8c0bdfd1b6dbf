/**
 * Configurations of workers: filled by the manager, gone at the end of the process (`cluster.md` 13.2).
 */
import { CamServerError } from '../common/errors.js';
import { cloneJson, formatJson, type JsonObject } from '../common/json.js';
import {
  type Change,
  type ConfigurationStore,
  isConfigurationName,
  isListed,
  noteStored,
  type Revision,
  requireConfigurationName,
  requireExpectedTag,
  type StoredText,
  tagOf,
  withAuthor,
} from './configuration-store.js';

const KEPT_REVISIONS = 20;
const KEPT_HISTORIES = 1000;

export class MemoryConfigurationStore implements ConfigurationStore {
  private readonly configurations = new Map<string, JsonObject>();
  private readonly history = new Map<string, Revision[]>();

  async names(): Promise<string[]> {
    return [...this.configurations.keys()].filter(isListed).sort();
  }

  async has(name: string): Promise<boolean> {
    return this.configurations.has(name);
  }

  async get(name: string): Promise<JsonObject> {
    return cloneJson(this.present(name));
  }

  async getText(name: string): Promise<StoredText> {
    const text = formatJson(this.present(name), 1);
    return { text, tag: tagOf(text) };
  }

  /** Unlike files, the configuration is kept as it is, without a forced `name`. */
  async put(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    requireConfigurationName(name);
    requireExpectedTag(name, this.tag(name), change);
    const stored = cloneJson(config);
    const before = this.textOrNull(name);
    this.configurations.set(name, stored);
    this.note(name, 'saved', before, formatJson(stored, 1), change);
    return cloneJson(stored);
  }

  async delete(name: string, change?: Change): Promise<boolean> {
    if (!isConfigurationName(name)) return false;
    requireExpectedTag(name, this.tag(name), change);
    const before = this.textOrNull(name);
    const existed = this.configurations.delete(name);
    if (existed) this.note(name, 'deleted', before, null, change);
    return existed;
  }

  async revisions(name: string): Promise<Revision[]> {
    return [...(this.history.get(name) ?? [])];
  }

  location(name: string): string {
    return `memory:${name}`;
  }

  private present(name: string): JsonObject {
    const config = this.configurations.get(name);
    if (config === undefined) {
      throw new CamServerError('CONFIG_NOT_FOUND', `Unable to load config '${name}'`);
    }
    return config;
  }

  private textOrNull(name: string): string | null {
    const config = this.configurations.get(name);
    return config === undefined ? null : formatJson(config, 1);
  }

  private tag(name: string): string | null {
    const text = this.textOrNull(name);
    return text === null ? null : tagOf(text);
  }

  private note(
    name: string,
    action: Revision['action'],
    before: string | null,
    text: string | null,
    change: Change | undefined,
  ): void {
    noteStored(name, before, text);
    const { author, comment } = withAuthor(change);
    const revisions = this.history.get(name) ?? [];
    revisions.push({
      revision: (revisions.at(-1)?.revision ?? 0) + 1,
      time: new Date().toISOString(),
      action,
      author: author ?? null,
      comment: comment ?? null,
      text,
    });
    this.history.delete(name);
    this.history.set(name, revisions.slice(-KEPT_REVISIONS));
    if (this.history.size > KEPT_HISTORIES) this.history.delete(this.history.keys().next().value!);
  }
}
