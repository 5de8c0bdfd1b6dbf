import { CamServerError } from '../common/errors.js';
import type { ConfigurationStore } from '../storage/index.js';
import type { NamedConfigurations } from './routes/service.js';

/** The stored configurations as texts. */
export function namedConfigurations(store: ConfigurationStore): NamedConfigurations {
  return {
    names: () => store.names(),
    has: (name) => store.has(name),
    text: async (name) => (await store.getText(name)).text,
    save: (name, config) => store.put(name, config),
    delete: async (name) => {
      if (await store.delete(name)) return;
      const text = `[Errno 2] No such file or directory: '${store.location(name)}'`;
      throw new CamServerError('NOT_FOUND', text);
    },
  };
}
