import type { Change, RenamableCode } from '../storage/index.js';
import type { Cluster } from './cluster.js';
import type { Distribution } from './distribution.js';

/** The users' files of a manager: its own, with every change handed on to the workers. */
export function distributedCode(
  kind: 'script' | 'library',
  own: RenamableCode,
  { events, pool }: Pick<Cluster, 'events' | 'pool'>,
  distribution: Distribution,
): RenamableCode {
  const send = async (name: string): Promise<void> => {
    events.emit({ type: 'stored', kind, name, action: 'saved' });
    await distribution.broadcast(pool.watches(), [kind, name]);
  };
  const withdraw = async (name: string): Promise<void> => {
    events.emit({ type: 'stored', kind, name, action: 'deleted' });
    await distribution.withdraw(pool.watches(), [kind, name]);
  };
  return {
    names: () => own.names(),
    read: (name) => own.read(name),
    store: async (name, content, change?: Change) => {
      await own.store(name, content, change);
      await send(name);
    },
    delete: async (name, change?: Change) => {
      await own.delete(name, change);
      await withdraw(name);
    },
    rename: async (name, to, change?: Change) => {
      await own.rename(name, to, change);
      // the new name first: an instance that is started meanwhile finds the code under one of them
      await send(to);
      await withdraw(name);
    },
  };
}
