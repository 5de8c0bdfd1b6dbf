/** What the permanent instances of a manager need from their family and their surroundings. */
import type { InstanceClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { Logger } from '../common/logging.js';
import type { Cluster } from './cluster.js';
import type { Duplicates } from './duplicates.js';
import type { PermanentEntry } from './permanent-list.js';
import type { LocatedInstance } from './pool.js';
import type { PoolInstances } from './pool-instances.js';

/** What a family does for its permanent instances. */
export interface PermanentActions<Client extends InstanceClient = InstanceClient> {
  /** The name under which the instance of an entry runs. */
  instanceName(entry: PermanentEntry): string;
  hasConfiguration(name: string): Promise<boolean>;
  /**
   * Starts the instance of an entry so that it does not end for lack of clients.
   * @param avoid addresses of servers that must not be chosen
   * @returns the address of its server
   */
  start(entry: PermanentEntry, avoid: readonly string[]): Promise<string>;
  /** Sees to it that an instance that ran already does not end for lack of clients. */
  keepAlive(entry: PermanentEntry, running: LocatedInstance<Client>): Promise<void>;
  /** Whether images come from the camera of an instance at the moment; null when that cannot be told. */
  isCameraSending(record: JsonObject): Promise<boolean | null>;
}

/** Where each instance was last started, so that after a restart of the manager the newest copy is known. */
export interface AssignmentStore {
  load(): Promise<ReadonlyMap<string, string>>;
  save(assignments: ReadonlyMap<string, string>): Promise<void>;
}

export interface PermanentOptions<Client extends InstanceClient> {
  readonly cluster: Cluster<Client>;
  readonly instances: PoolInstances<Client>;
  readonly actions: PermanentActions<Client>;
  readonly duplicates: Duplicates<Client>;
  readonly assignments: AssignmentStore;
  /** Replace frozen instances by new ones. */
  readonly restartFrozen: boolean;
  /** Milliseconds without progress after which an instance counts as frozen. */
  readonly frozenAfter: number;
  readonly log: Logger;
}
