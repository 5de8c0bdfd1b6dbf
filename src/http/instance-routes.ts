/**
 * Managing instances: the routes that the camera and the pipeline family have in common (`rest-api.md` 3 and 5.14).
 */
import type { JsonObject, JsonValue } from '../common/json.js';
import { packageVersion } from '../common/package.js';
import { configurationNamesRoute } from './configuration-routes.js';
import { defineRoute, type JsonSchema, type Route } from './route.js';

/** What a role does for these routes. */
export interface InstanceManagement {
  /** Workers and standalone servers: `rest-api.md` 9.1; proxies and managers: 9.4. */
  info(): Promise<JsonObject>;
  /** Workers and standalone servers: `compactInstances(info)`; proxies and managers: the list of instance names. */
  heartbeatInstances(): Promise<JsonObject | string[]>;
  stopAll(): Promise<void>;
  /** Unknown names succeed. */
  stop(name: string): Promise<void>;
  /** Stops and forgets; unknown names succeed. */
  delete(name: string): Promise<void>;
  configNames(): Promise<string[]>;
}

const objectSchema: JsonSchema = { type: 'object' };
/** Stopping waits for the end of processes, up to 100 s. */
export const STOP_DEADLINE = 130_000;

/** @param base `/api/v1/cam` or `/api/v1/pipeline` */
export function instanceRoutes(base: string, management: InstanceManagement): Route[] {
  const tag = 'instances';
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/info`,
      tag,
      summary: 'Running instances with statistics, and figures of the host',
      response: { kind: 'envelope', payload: { info: objectSchema } },
      handler: async () => ({ status: 'Instance manager info retrieved.', info: await management.info() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/heartbeat`,
      tag,
      summary: 'Version and compact records (workers) or names (managers) of the running instances',
      response: {
        kind: 'envelope',
        payload: { version: { type: 'string' }, instances: { type: ['object', 'array'] } },
      },
      handler: async () => ({
        status: 'Heartbeat',
        version: packageVersion,
        instances: await management.heartbeatInstances(),
      }),
    }),
    versionRoute(base, tag),
    configurationNamesRoute(base, tag, () => management.configNames()),
    defineRoute({
      method: 'DELETE',
      path: base,
      action: 'instance.stop_all',
      role: 'admin',
      tag,
      summary: 'Stops all instances',
      deadline: STOP_DEADLINE,
      handler: async () => {
        await management.stopAll();
        return { status: 'All instances have been stopped.' };
      },
    }),
    ...instanceEndRoutes({ base, tag, where: 'and waits for its end' }, management),
  ];
}

export function versionRoute(base: string, tag: string): Route {
  return defineRoute({
    method: 'GET',
    path: `${base}/version`,
    tag,
    summary: 'The version of the server',
    response: { kind: 'envelope', payload: { version: { type: 'string' } } },
    handler: () => ({ status: 'Version', version: packageVersion }),
  });
}

/**
 * Stopping and deleting one instance.
 * @param where for the document: what is special about it here
 */
export function instanceEndRoutes(
  { base, tag, where }: { readonly base: string; readonly tag: string; readonly where: string },
  management: Pick<InstanceManagement, 'stop' | 'delete'>,
): Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: `${base}/{instance_name}`,
      action: 'instance.stop',
      tag,
      summary: `Stops an instance ${where}; unknown names succeed`,
      deadline: STOP_DEADLINE,
      handler: async ({ parameters: { instance_name } }) => {
        await management.stop(instance_name);
        return { status: `Instance '${instance_name}' stopped.` };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${base}/{instance_name}/del`,
      action: 'instance.delete',
      tag,
      summary: `Stops an instance ${where} and releases its port; unknown names succeed`,
      deadline: STOP_DEADLINE,
      handler: async ({ parameters: { instance_name } }) => {
        await management.delete(instance_name);
        return { status: `Instance '${instance_name}' stopped.` };
      },
    }),
  ];
}

/**
 * The records of the worker heartbeat (`rest-api.md` 9.5), sorted by name.
 * @param instances `active_instances` of the info
 */
export function compactInstances(instances: JsonObject): JsonObject {
  const compact: JsonObject = {};
  for (const name of Object.keys(instances).sort()) {
    compact[name] = compactInstance(instances[name] as JsonObject);
  }
  return compact;
}

function compactInstance(record: JsonObject): JsonObject {
  const statistics = (record.statistics ?? {}) as JsonObject;
  const { clients, forwards } = clientCounts(statistics.clients ?? null);
  return {
    stream_address: record.stream_address ?? null,
    camera_name: record.camera_name ?? null,
    simulation: null,
    last_start_time: record.last_start_time ?? null,
    read_only: record.read_only ?? null,
    geometry: null,
    total_bytes: statistics.total_bytes ?? null,
    clients,
    throughput: statistics.throughput ?? null,
    time: statistics.time ?? null,
    pid: statistics.pid ?? null,
    cpu: statistics.cpu ?? null,
    memory: statistics.memory ?? null,
    header_changes: statistics.header_changes ?? null,
    frame_shape: statistics.frame_shape ?? null,
    rx: rate(statistics.rx ?? null),
    tx: rate(statistics.tx ?? null),
    ...(forwards === null ? {} : { forwards }),
  };
}

/** A number, or `"2 + 1"`: stream clients and forwarder clients. */
export function clientCounts(clients: JsonValue): { clients: number | null; forwards: number | null } {
  if (typeof clients === 'number') return { clients, forwards: null };
  const match = /^(\d+) \+ (\d+)$/.exec(String(clients));
  if (match === null) return { clients: null, forwards: null };
  return { clients: Number(match[1]), forwards: Number(match[2]) };
}

/** `"9.98Hz - 123"` → 9.98 */
function rate(text: JsonValue): number | null {
  const value = Number.parseFloat(String(text));
  return Number.isFinite(value) ? value : null;
}
