/** What a server keeps for its family. */
import type { BackgroundStore, ConfigurationStore, LibraryStore, ScriptStore } from '../storage/index.js';

export interface ServerStores {
  readonly configurations: ConfigurationStore;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  /** Null: the family has none. */
  readonly libraries: LibraryStore | null;
}
