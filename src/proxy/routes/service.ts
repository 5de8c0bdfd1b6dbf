import type { JsonObject } from '../../common/json.js';
import type { FamilyName } from '../cluster-view.js';
import type { Pool } from '../pool.js';
import type { PoolInstances } from '../pool-instances.js';
import type { PoolSettings } from '../pool-settings.js';

/** What stands behind `/api/v1/proxy`, of a manager or a proxy of either family. */
export interface ProxyService {
  readonly family: FamilyName;
  /** False: a proxy, which distributes nothing and keeps nothing running. */
  readonly isManager: boolean;
  readonly pool: Pool;
  readonly instances: PoolInstances;
  readonly settings: PoolSettings;
  readonly permanentList: PermanentListAccess;
  readonly configurations: NamedConfigurations;
}

export interface PermanentListAccess {
  read(): Promise<JsonObject> | JsonObject;
  /** @returns the new list as stored */
  replace(list: JsonObject): Promise<JsonObject>;
  isPermanent(instance: string): boolean;
}

/** Stored configurations as texts, unvalidated. */
export interface NamedConfigurations {
  names(): Promise<string[]>;
  has(name: string): Promise<boolean>;
  text(name: string): Promise<string>;
  save(name: string, config: JsonObject): Promise<JsonObject>;
  delete(name: string): Promise<void>;
}
