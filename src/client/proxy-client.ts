import type { JsonObject, JsonValue } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import { type Call, type CallOptions, Connection, segment, type Timeouts } from './connection.js';

/** A server of the pool: its position, or its compact name (the address without `http`, `/` and `:`). */
export type ServerReference = number | string;

const BASE = '/api/v1/proxy';

/** The cluster side of a proxy or manager (`rest-api.md` 6). */
export class ProxyClient {
  /** For calls that have no method here. */
  readonly connection: Connection;

  constructor(address: string, timeouts?: Partial<Timeouts>) {
    this.connection = new Connection(address, timeouts);
  }

  /** Parallel lists in the order of the pool: servers, load, instances, version, cpu, memory, tx, rx. */
  servers(options?: CallOptions): Promise<JsonObject> {
    return this.call('/servers', options);
  }

  /** Server → instances with their records, or null when the server is unreachable. */
  async status(options?: CallOptions): Promise<JsonObject> {
    return (await this.call('/status', options)).servers as JsonObject;
  }

  async info(options?: CallOptions): Promise<JsonObject> {
    return (await this.call('/info', options)).info as JsonObject;
  }

  /** @param path for example `servers/0/load` */
  async nestedInfo(path: string, options?: CallOptions): Promise<JsonValue> {
    const segments = path.split('/').map((element) => segment('path element', element));
    return (await this.call(`/info/${segments.join('/')}`, options)).ret ?? null;
  }

  /** The pool. */
  async config(options?: CallOptions): Promise<JsonObject> {
    return (await this.call('/config', options)).config as JsonObject;
  }

  async saveConfig(config: JsonObject, options?: CallOptions): Promise<JsonObject> {
    return (await this.call('/config', { ...options, method: 'POST', json: config })).config as JsonObject;
  }

  /** Instance → configuration. */
  async permanentInstances(options?: CallOptions): Promise<JsonObject> {
    return (await this.call('/permanent', options)).permanent_instances as JsonObject;
  }

  /** Starts new and stops removed ones. @returns the entries whose configuration exists */
  async savePermanentInstances(instances: JsonObject, options?: CallOptions): Promise<JsonObject> {
    const call: Call = { ...options, method: 'POST', json: instances, kind: 'start' };
    return (await this.call('/permanent', call)).permanent_instances as JsonObject;
  }

  async stopInstance(name: string, options?: CallOptions): Promise<void> {
    await this.call(`/${segment('instance', name)}`, { ...options, method: 'DELETE', kind: 'start' });
  }

  async deleteInstance(name: string, options?: CallOptions): Promise<void> {
    await this.call(`/${segment('instance', name)}/del`, { ...options, method: 'DELETE', kind: 'start' });
  }

  async stopServer(server: ServerReference, options?: CallOptions): Promise<void> {
    await this.call(`/server/${segment('server', String(server))}`, {
      ...options,
      method: 'DELETE',
      kind: 'start',
    });
  }

  async serverLogs(server: ServerReference, options?: CallOptions): Promise<LogRecord[]> {
    const answer = await this.call(`/server/logs/${segment('server', String(server))}`, options);
    return answer.logs as unknown as LogRecord[];
  }

  async instanceLogs(server: ServerReference, instance: string, options?: CallOptions): Promise<LogRecord[]> {
    const path = `/server/instance/logs/${segment('server', String(server))}/${segment('instance', instance)}`;
    return (await this.call(path, options)).logs as unknown as LogRecord[];
  }

  async configNames(options?: CallOptions): Promise<string[]> {
    return (await this.call('/config_names', options)).config_names as string[];
  }

  /** The stored text. */
  async namedConfig(name: string, options?: CallOptions): Promise<string> {
    return (await this.call(`/${segment('configuration', name)}/config`, options)).config as string;
  }

  /** Stores without validating. */
  async saveNamedConfig(name: string, config: JsonObject, options?: CallOptions): Promise<JsonObject> {
    const call: Call = { ...options, method: 'POST', json: config };
    return (await this.call(`/${segment('configuration', name)}/config`, call)).config as JsonObject;
  }

  async deleteNamedConfig(name: string, options?: CallOptions): Promise<void> {
    await this.call(`/${segment('configuration', name)}/config`, { ...options, method: 'DELETE' });
  }

  /** What `diag` says of a name; null when the server cannot tell. */
  async diagnostics(name: string, options?: CallOptions): Promise<JsonValue> {
    return (await this.call(`/diag/${segment('instance', name)}`, options)).diag ?? null;
  }

  private call(path: string, call?: Call): Promise<JsonObject> {
    return this.connection.envelope(BASE + path, call);
  }
}
