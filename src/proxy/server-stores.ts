/** What a server keeps for its family. */
import type {
  BackgroundStore,
  ConfigurationStore,
  LibraryStore,
  RenamableCode,
  ScriptStore,
} from '../storage/index.js';

export interface ServerStores {
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  /** Null: the family has none. */
  readonly libraries: LibraryStore | null;
  /** Through which scripts and libraries are changed: a manager hands every change on to its workers. */
  readonly code: { readonly scripts: RenamableCode; readonly libraries: RenamableCode | null };
}
