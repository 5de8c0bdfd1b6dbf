import { errorText } from '../common/errors.js';
import type { ConfigurationStore } from './configuration-store.js';
import { FileConfigurationStore } from './file-configuration-store.js';
import { MemoryConfigurationStore } from './memory-configuration-store.js';

/**
 * The configurations of a server.
 * @param folder null: a worker, whose configurations a manager sends and which keeps them in memory
 * @param warn told of changes that were saved without their revision
 */
export function openConfigurations(folder: string | null, warn: (text: string) => void): ConfigurationStore {
  if (folder === null) return new MemoryConfigurationStore();
  return new FileConfigurationStore(folder, (name, error) =>
    warn(`'${name}' is saved, but its revision could not be noted: ${errorText(error)}`),
  );
}
