import type { Logging } from '../common/logging.js';
import type { ServerExtension } from '../http/index.js';
import type { ClusterName } from '../proxy/v2/records.js';
import { foundationOptions, type StateOptions } from './foundation-options.js';

/** Rules of access and the audit log of a proxy, kept beside its stored configurations. */
export function guardOf(
  cluster: ClusterName,
  role: string,
  options: StateOptions & { readonly port: number; readonly base: string },
): (logging: Logging) => Promise<ServerExtension> {
  const foundation = foundationOptions(options, role, options.base);
  return async (logging) => {
    const { guardedApi } = await import('../proxy/v2/guarded.js');
    return guardedApi(cluster, foundation, logging);
  };
}
