/** The stored list of permanent instances, and the one in force. */
import { join } from 'node:path';
import { errorText } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import { noteChange } from '../common/request-context.js';
import { type Change, documentTag, requireExpectedTag } from '../storage/index.js';
import { readControlFile, writeControlFile } from './control-file.js';
import type { PermanentInstances } from './permanent.js';
import { formatPermanentList, parsePermanentList } from './permanent-list.js';
import type { AssignmentStore } from './permanent-options.js';
import type { PermanentListAccess } from './routes/service.js';

export class PermanentSettings implements PermanentListAccess {
  private readonly path: string;
  private lastChange: Promise<unknown> = Promise.resolve();

  constructor(
    configFolder: string,
    private readonly instances: PermanentInstances,
    private readonly log: Logger,
  ) {
    this.path = join(configFolder, 'permanent_instances.json');
  }

  /** Begins with the stored list; the file is not touched. One that cannot be read leaves the list empty until it is replaced. */
  async begin(): Promise<void> {
    try {
      await this.instances.begin(parsePermanentList((await readControlFile(this.path)) ?? {}));
    } catch (error) {
      this.log.error(`There are no permanent instances: ${errorText(error)}`);
      await this.instances.begin([]);
    }
  }

  read(): JsonObject {
    return formatPermanentList(this.instances.entries());
  }

  /**
   * Stores and applies a list, entries with missing configuration included.
   * @param change with a tag: only the list that has it is replaced
   * @throws CamServerError naming the entry that is wrong; CONFLICT
   */
  replace(list: JsonObject, change?: Change): Promise<JsonObject> {
    const result = this.lastChange.then(async () => {
      const entries = parsePermanentList(list);
      const before = documentTag(this.read());
      requireExpectedTag('permanent_instances', before, change);
      await writeControlFile(this.path, formatPermanentList(entries));
      const after = documentTag(formatPermanentList(entries));
      noteChange({ target: 'permanent instances', before, after });
      await this.instances.apply(entries);
      return this.read();
    });
    this.lastChange = result.catch(() => {});
    return result;
  }

  isPermanent(instance: string): boolean {
    return this.instances.entryOf(instance) !== null;
  }
}

/** Keeps in `<config folder>/.cluster/assignments.json` where each permanent instance was last started. */
export function assignmentFile(configFolder: string, log: Logger): AssignmentStore {
  const path = join(configFolder, '.cluster', 'assignments.json');
  let last: Promise<void> = Promise.resolve();
  return {
    load: async () => {
      try {
        const stored = (await readControlFile(path)) ?? {};
        return new Map(Object.entries(stored).map(([name, server]) => [name, String(server)]));
      } catch (error) {
        log.warning(errorText(error));
        return new Map();
      }
    },
    save: (assignments) => {
      const document = Object.fromEntries(assignments);
      last = last.catch(() => {}).then(() => writeControlFile(path, document));
      return last;
    },
  };
}
