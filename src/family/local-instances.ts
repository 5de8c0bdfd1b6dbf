import type { JsonObject } from '../common/json.js';
import { compactInstances } from '../http/index.js';
import { createServerInfo, type Supervisor } from '../instances/index.js';
import type { InstanceControl } from './instance-service.js';

/**
 * The instances of this server.
 * @param records of all that start or run, by name
 */
export function localInstances(supervisor: Supervisor, records: () => JsonObject): InstanceControl {
  const serverInfo = createServerInfo();
  return {
    info: async () => serverInfo(records()),
    heartbeatInstances: async () => compactInstances(records()),
    stopAll: () => supervisor.stopAll(),
    stop: (name) => supervisor.stop(name),
    delete: (name) => supervisor.delete(name),
    instanceLogs: async (name) => supervisor.logs(name),
  };
}
