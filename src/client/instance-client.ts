/**
 * What the clients of cameras and of pipelines have in common.
 */
import { formatJson, type JsonObject } from '../common/json.js';
import type { LogRecord } from '../common/logging.js';
import { formatPickledArray } from '../common/pickle.js';
import type { ArrayValue } from '../common/values.js';
import { type CallOptions, Connection, segment, type Timeouts } from './connection.js';

export class InstanceClient {
  /** For calls that have no method here. */
  readonly connection: Connection;

  /** @param base `/api/v1/cam` or `/api/v1/pipeline` */
  constructor(
    address: string,
    protected readonly base: string,
    timeouts?: Partial<Timeouts>,
  ) {
    this.connection = new Connection(address, timeouts);
  }

  get address(): string {
    return this.connection.address;
  }

  async info(options?: CallOptions): Promise<JsonObject> {
    return (await this.get('/info', { ...options, kind: 'info' })).info as JsonObject;
  }

  async version(options?: CallOptions): Promise<string> {
    return (await this.get('/version', { ...options, kind: 'info' })).version as string;
  }

  async stopAllInstances(options?: CallOptions): Promise<void> {
    await this.connection.envelope(this.base, { ...options, method: 'DELETE', kind: 'start' });
  }

  /** Waits for the end of the process; unknown names succeed. */
  async stopInstance(name: string, options?: CallOptions): Promise<void> {
    await this.remove(`/${segment('instance', name)}`, { ...options, kind: 'start' });
  }

  /** Stops and forgets; unknown names succeed. */
  async deleteInstance(name: string, options?: CallOptions): Promise<void> {
    await this.remove(`/${segment('instance', name)}/del`, { ...options, kind: 'start' });
  }

  async configNames(options?: CallOptions): Promise<string[]> {
    return (await this.get('/config_names', options)).config_names as string[];
  }

  async groups(options?: CallOptions): Promise<JsonObject> {
    return (await this.get('/groups', options)).groups as JsonObject;
  }

  /** With defaults. */
  async config(name: string, options?: CallOptions): Promise<JsonObject> {
    return (await this.get(`/${segment('configuration', name)}/config`, options)).config as JsonObject;
  }

  /** @returns the configuration with defaults */
  async saveConfig(name: string, config: JsonObject, options?: CallOptions): Promise<JsonObject> {
    const path = `${this.base}/${segment('configuration', name)}/config`;
    const answer = await this.connection.envelope(path, { ...options, method: 'POST', json: config });
    return answer.config as JsonObject;
  }

  async deleteConfig(name: string, options?: CallOptions): Promise<void> {
    await this.remove(`/${segment('configuration', name)}/config`, options);
  }

  async storeBackground(name: string, image: ArrayValue, options?: CallOptions): Promise<void> {
    const path = `/background/${segment('background', name)}/image_bytes`;
    await this.put(path, formatPickledArray(image), options);
  }

  async scripts(options?: CallOptions): Promise<string[]> {
    return (await this.get('/script', options)).scripts as string[];
  }

  /** Text of a source file, base64 of a compiled one. */
  async script(name: string, options?: CallOptions): Promise<string> {
    return (await this.get(`/script/${segment('script', name)}/script_bytes`, options)).script as string;
  }

  async storeScript(name: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    await this.put(`/script/${segment('script', name)}/script_bytes`, content, options);
  }

  async deleteScript(name: string, options?: CallOptions): Promise<void> {
    await this.remove(`/script/${segment('script', name)}/script_bytes`, options);
  }

  /**
   * Fingerprints of what a worker holds, null for what it has not.
   * @param items kind (`configuration`, `background`, `script`, `library`) and exact name
   */
  async contentDigests(
    items: readonly (readonly [kind: string, name: string])[],
    options?: CallOptions,
  ): Promise<(string | null)[]> {
    const query = { items: formatJson(items) };
    const answer = await this.connection.envelope('/api/v2/contents', { ...options, query });
    return answer.digests as (string | null)[];
  }

  async logs(options?: CallOptions): Promise<LogRecord[]> {
    return (await this.connection.envelope('/api/v1/logs', options)).logs as unknown as LogRecord[];
  }

  /** Empty for an unknown instance. */
  async instanceLogs(name: string, options?: CallOptions): Promise<LogRecord[]> {
    const path = `/api/v1/logs/instance/${segment('instance', name)}`;
    return (await this.connection.envelope(path, options)).logs as unknown as LogRecord[];
  }

  /** Stops all instances and ends the server, which its supervisor starts again. */
  async reset(options?: CallOptions): Promise<void> {
    await this.connection.envelope('/api/v1/reset', options);
  }

  protected get(path: string, options?: CallOptions & { kind?: keyof Timeouts }): Promise<JsonObject> {
    return this.connection.envelope(this.base + path, options);
  }

  protected async put(path: string, bytes: Uint8Array, options?: CallOptions): Promise<void> {
    await this.connection.envelope(this.base + path, { ...options, method: 'PUT', bytes });
  }

  protected async remove(path: string, options?: CallOptions & { kind?: keyof Timeouts }): Promise<void> {
    await this.connection.envelope(this.base + path, { ...options, method: 'DELETE' });
  }
}
