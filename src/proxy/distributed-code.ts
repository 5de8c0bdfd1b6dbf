import type { CodeManagement } from '../storage/index.js';
import type { Cluster } from './cluster.js';
import type { Distribution } from './distribution.js';

/** The users' files of a manager: its own, with every change handed on to the workers. */
export function distributedCode(
  kind: 'script' | 'library',
  own: CodeManagement,
  { events, pool }: Pick<Cluster, 'events' | 'pool'>,
  distribution: Distribution,
): CodeManagement {
  return {
    names: () => own.names(),
    read: (name) => own.read(name),
    store: async (name, content) => {
      await own.store(name, content);
      events.emit({ type: 'stored', kind, name, action: 'saved' });
      await distribution.broadcast(pool.watches(), [kind, name]);
    },
    delete: async (name) => {
      await own.delete(name);
      events.emit({ type: 'stored', kind, name, action: 'deleted' });
      await distribution.withdraw(pool.watches(), [kind, name]);
    },
  };
}
