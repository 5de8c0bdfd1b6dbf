/**
 * Configurations as files `<folder>/<name>.json`: the layout that sites have (`cluster.md` 13.1). Files are read at each
 * access, so edits by hand count at once.
 */
import { access, readdir, readFile } from 'node:fs/promises';
import { CamServerError, errorText } from '../common/errors.js';
import { cloneJson, formatJson, type JsonObject, parseJson } from '../common/json.js';
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
import { isMissing, removeFileDurably, writeFileDurably } from './durable-file.js';
import { RevisionLog } from './revision-log.js';
import { SerialQueues } from './serial-queues.js';

export class FileConfigurationStore implements ConfigurationStore {
  private readonly folder: string;
  private readonly log: RevisionLog;
  private readonly queues = new SerialQueues();

  constructor(
    folder: string,
    /** Called when a change was saved but its revision could not be noted. */
    private readonly onRevisionLost: (name: string, error: unknown) => void = () => {},
  ) {
    this.folder = folder.replace(/(?<=.)\/+$/, '');
    this.log = new RevisionLog(this.folder);
  }

  async names(): Promise<string[]> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.json'))
      .map((entry) => entry.name.slice(0, -'.json'.length))
      .filter(isListed)
      .sort();
  }

  async has(name: string): Promise<boolean> {
    if (!isConfigurationName(name)) return false;
    return access(this.location(name)).then(
      () => true,
      () => false,
    );
  }

  async get(name: string): Promise<JsonObject> {
    const { text } = await this.getText(name);
    const fault = (what: string): CamServerError =>
      new CamServerError('CONFIG_UNREADABLE', `Config file '${this.location(name)}' ${what}.`);
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      throw fault(`is not valid JSON: ${errorText(error)}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw fault('does not hold a JSON object');
    }
    return value as JsonObject;
  }

  async getText(name: string): Promise<StoredText> {
    const text = isConfigurationName(name) ? await this.readIfPresent(name) : null;
    if (text === null) {
      const where = `Config file '${this.location(name)}' does not exist.`;
      throw new CamServerError('CONFIG_NOT_FOUND', `Unable to load config '${name}'. ${where}`);
    }
    return { text, tag: tagOf(text) };
  }

  async put(name: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    requireConfigurationName(name);
    const stored = cloneJson(config);
    stored.name = name;
    const text = formatJson(stored, 1);
    return this.queues.run(name, async () => {
      const before = await this.readIfPresent(name);
      requireExpectedTag(name, before === null ? null : tagOf(before), change);
      await writeFileDurably(this.location(name), text);
      await this.note(name, before, text, change);
      return stored;
    });
  }

  async delete(name: string, change?: Change): Promise<boolean> {
    if (!isConfigurationName(name)) return false;
    return this.queues.run(name, async () => {
      const before = await this.readIfPresent(name);
      requireExpectedTag(name, before === null ? null : tagOf(before), change);
      const existed = await removeFileDurably(this.location(name));
      if (existed) await this.note(name, before, null, change);
      return existed;
    });
  }

  async revisions(name: string): Promise<Revision[]> {
    return isConfigurationName(name) ? this.log.read(name) : [];
  }

  location(name: string): string {
    return `${this.folder}/${name}.json`;
  }

  private async readIfPresent(name: string): Promise<string | null> {
    try {
      return await readFile(this.location(name), 'utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      throw new CamServerError(
        'CONFIG_UNREADABLE',
        `Config file '${this.location(name)}' cannot be read: ${errorText(error)}`,
        { cause: error },
      );
    }
  }

  /** The configuration is saved by now; a full disk here must not turn success into failure. */
  private async note(
    name: string,
    before: string | null,
    after: string | null,
    change: Change | undefined,
  ): Promise<void> {
    noteStored(name, before, after);
    try {
      await this.log.add(name, before, after, withAuthor(change));
    } catch (error) {
      this.onRevisionLost(name, error);
    }
  }
}
