import { parseImageObject } from '../common/image-object.js';
import { formatJson, type JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import { type PictureOptions, pictureQuery } from './cam-client.js';
import { type Call, type CallOptions, segment, type Timeouts } from './connection.js';
import { InstanceClient } from './instance-client.js';

export interface CreatedPipeline {
  readonly instanceId: string;
  /** Address of the stream. */
  readonly stream: string;
  readonly config: JsonObject;
}

/** A pipeline server, worker, proxy or manager. */
export class PipelineClient extends InstanceClient {
  constructor(address: string, timeouts?: Partial<Timeouts>) {
    super(address, '/api/v1/pipeline', timeouts);
  }

  async pipelines(options?: CallOptions): Promise<string[]> {
    return (await this.get('', options)).pipelines as string[];
  }

  async cameras(options?: CallOptions): Promise<string[]> {
    return (await this.get('/camera', options)).cameras as string[];
  }

  /** @param instanceId without it the server makes one */
  createFromConfig(config: JsonObject, instanceId?: string, options?: CallOptions): Promise<CreatedPipeline> {
    return this.create('', { ...options, json: config, query: { instance_id: instanceId } });
  }

  /** @param changes additional configuration, laid over the stored one key by key */
  createFromName(
    name: string,
    { instanceId, changes }: { instanceId?: string; changes?: JsonObject } = {},
    options?: CallOptions,
  ): Promise<CreatedPipeline> {
    const additional = changes === undefined ? undefined : formatJson(changes);
    const query = { instance_id: instanceId, additional_config: additional };
    return this.create(`/${segment('pipeline', name)}`, { ...options, query });
  }

  /** The stream of a running instance; a saved pipeline of that name is started. */
  async stream(instanceId: string, options?: CallOptions): Promise<string> {
    const path = `/instance/${segment('instance', instanceId)}`;
    return (await this.get(path, { ...options, kind: 'start' })).stream as string;
  }

  /** A shared instance with an equal configuration, or a new one. */
  streamFromConfig(config: JsonObject, options?: CallOptions): Promise<CreatedPipeline> {
    return this.create('/instance/', { ...options, json: config });
  }

  async instanceInfo(instanceId: string, options?: CallOptions): Promise<JsonObject> {
    return (await this.ofInstance(instanceId, 'info', options)).info as JsonObject;
  }

  async instanceConfig(instanceId: string, options?: CallOptions): Promise<JsonObject> {
    return (await this.ofInstance(instanceId, 'config', options)).config as JsonObject;
  }

  /** Merges `changes` into the configuration of the running instance. @returns the result */
  async changeInstanceConfig(
    instanceId: string,
    changes: JsonObject,
    options?: CallOptions,
  ): Promise<JsonObject> {
    const call: Call = { ...options, method: 'POST', json: changes };
    return (await this.ofInstance(instanceId, 'config', call)).config as JsonObject;
  }

  /** Null while the instance runs. */
  async exitCode(instanceId: string, options?: CallOptions): Promise<number | null> {
    return (await this.ofInstance(instanceId, 'exitcode', options)).exitcode as number | null;
  }

  /** Averages images of a camera; returns the id of the background. */
  async collectBackground(camera: string, images?: number, options?: CallOptions): Promise<string> {
    const path = `${this.base}/camera/${segment('camera', camera)}/background`;
    const query = { n_images: images?.toString() };
    const answer = await this.connection.envelope(path, { ...options, method: 'POST', query, kind: 'start' });
    return answer.background_id as string;
  }

  async latestBackground(camera: string, options?: CallOptions): Promise<string> {
    const answer = await this.get(`/camera/${segment('camera', camera)}/background`, options);
    return answer.background_id as string;
  }

  /** Oldest first. */
  async backgrounds(camera: string, options?: CallOptions): Promise<string[]> {
    const answer = await this.get(`/camera/${segment('camera', camera)}/backgrounds`, options);
    return answer.background_ids as string[];
  }

  async backgroundImage(name: string, options?: CallOptions): Promise<ArrayValue> {
    const answer = await this.get(`/background/${segment('background', name)}/image_bytes`, options);
    return parseImageObject(answer.image);
  }

  /** A background as PNG. */
  async backgroundPicture(name: string, options: PictureOptions = {}): Promise<Buffer> {
    const path = `${this.base}/background/${segment('background', name)}/image`;
    return this.connection.content(path, { ...options, query: pictureQuery(options) });
  }

  async libraries(options?: CallOptions): Promise<string[]> {
    return (await this.get('/lib', options)).libs as string[];
  }

  async library(name: string, options?: CallOptions): Promise<Buffer> {
    const { lib, base64 } = await this.get(`/lib/${segment('library', name)}/lib_bytes`, options);
    return Buffer.from(String(lib), base64 === true ? 'base64' : 'utf8');
  }

  async storeLibrary(name: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    await this.put(`/lib/${segment('library', name)}/lib_bytes`, content, options);
  }

  async deleteLibrary(name: string, options?: CallOptions): Promise<void> {
    await this.remove(`/lib/${segment('library', name)}/lib_bytes`, options);
  }

  private async create(path: string, call: Call): Promise<CreatedPipeline> {
    const answer = await this.connection.envelope(this.base + path, {
      ...call,
      method: 'POST',
      kind: 'start',
    });
    return {
      instanceId: answer.instance_id as string,
      stream: answer.stream as string,
      config: answer.config as JsonObject,
    };
  }

  private ofInstance(instanceId: string, what: string, call?: Call): Promise<JsonObject> {
    const path = `${this.base}/instance/${segment('instance', instanceId)}/${what}`;
    return this.connection.envelope(path, call);
  }
}
