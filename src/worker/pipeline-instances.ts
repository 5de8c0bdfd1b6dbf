/**
 * The instances of a server or worker: creation with its checks, sharing, run-time updates, and what is shown of them.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type CamClient, presentServiceToken } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import { type JsonObject, mergeObjects } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import type { Instance, InstanceSpecification, Supervisor } from '../instances/index.js';
import type { ScriptStore } from '../storage/index.js';
import type { Backgrounds } from './backgrounds.js';
import {
  checkParameters,
  givenConfiguration,
  givenUpdate,
  mergePipelineUpdate,
  preparePipelineConfiguration,
  validatePipelineConfiguration,
} from './configuration/index.js';
import type { CreatedPipeline } from './service.js';
import type { StoredPipelines } from './stored-pipelines.js';

export interface PipelineInstancesOptions {
  readonly supervisor: Supervisor;
  readonly pipelines: StoredPipelines;
  readonly backgrounds: Backgrounds;
  readonly scripts: ScriptStore;
  readonly cameraServer: CamClient;
  /** In stream addresses. */
  readonly hostname: string;
  /** File URL of the pipeline instance program. */
  readonly program: string;
  /** What the program gets besides the configuration. */
  readonly instanceOptions: JsonObject;
  /** Instances that "stream by id" starts are read-only. */
  readonly sharedReadOnly: boolean;
  /** An enabled background without id becomes the newest one of the camera; on workers the manager has done that. */
  readonly completesBackgrounds: boolean;
}

/** What the server knows of an instance besides what the supervisor does. */
interface PipelineRecord {
  readonly readOnly: boolean;
  /** As it was asked for, to find equal ones. */
  readonly requested: JsonObject;
  /** As it is shown. */
  config: JsonObject;
}

interface SharedStart {
  readonly requested: JsonObject;
  readonly result: Promise<CreatedPipeline>;
}

export class PipelineInstances {
  private readonly records = new WeakMap<InstanceSpecification, PipelineRecord>();
  private readonly sharedStarts = new Set<SharedStart>();

  constructor(private readonly options: PipelineInstancesOptions) {}

  async createFromConfig(config: JsonObject | null, id: string | null): Promise<CreatedPipeline> {
    return this.create(preparePipelineConfiguration(givenConfiguration(config)), id ?? randomUUID());
  }

  /** The additional keys are laid over the stored ones without further defaults, as clients know it. */
  async createFromName(
    name: string,
    id: string | null,
    additional: JsonObject | null,
  ): Promise<CreatedPipeline> {
    const config = mergeObjects(await this.options.pipelines.load(name), additional ?? {});
    validatePipelineConfiguration(config);
    checkParameters(config);
    return this.create(config, id ?? randomUUID());
  }

  /** Joins a running or starting instance, and starts the stored pipeline of that name otherwise. */
  async streamOf(id: string): Promise<string> {
    const { supervisor, pipelines, sharedReadOnly } = this.options;
    const instance = await supervisor.start(id, async () => {
      if (!(await pipelines.has(id))) {
        throw new CamServerError(
          'INSTANCE_NOT_FOUND',
          `Instance '${id}' is not present on server and it is not a saved pipeline name.`,
        );
      }
      const config = await pipelines.load(id);
      checkParameters(config);
      return this.specify(config, id, sharedReadOnly || isTruthy(config.read_only));
    });
    return this.address(instance);
  }

  /** Equal are configurations with the same keys and values in any order. */
  async streamFromConfig(config: JsonObject | null): Promise<CreatedPipeline> {
    const requested = preparePipelineConfiguration(config ?? {});
    for (const start of this.sharedStarts) {
      if (isDeepStrictEqual(start.requested, requested)) return start.result;
    }
    for (const instance of this.options.supervisor.active()) {
      const record = this.recordOf(instance);
      if (!record.readOnly || !isDeepStrictEqual(record.requested, requested)) continue;
      await instance.started;
      return this.created(instance);
    }
    const start = { requested, result: this.create(requested, randomUUID(), true) };
    this.sharedStarts.add(start);
    try {
      return await start.result;
    } finally {
      this.sharedStarts.delete(start);
    }
  }

  info(id: string): JsonObject {
    return this.describe(this.requireActive(id));
  }

  config(id: string): JsonObject {
    return this.recordOf(this.requireActive(id)).config;
  }

  /** Null while the process lives; what remains of an ended instance is kept until it is deleted. */
  exitCode(id: string): number | null {
    return this.options.supervisor.require(id).exitCode;
  }

  /** Records of all starting and running instances by name. */
  all(): JsonObject {
    const instances = this.options.supervisor.active();
    return Object.fromEntries(instances.map((instance) => [instance.name, this.describe(instance)]));
  }

  async update(id: string, requested: JsonObject | null): Promise<JsonObject> {
    const current = this.config(id);
    const update = givenUpdate(requested);
    await this.requireBackground(mergePipelineUpdate(current, update), update);
    const newest = await this.newestBackground(mergePipelineUpdate(current, update));

    // nothing waits from here on, so that of two updates at the same time none is lost
    const instance = this.requireActive(id);
    const record = this.recordOf(instance);
    if (record.readOnly) {
      throw new CamServerError('READ_ONLY', 'Cannot set config on a read only instance.');
    }
    const merged = mergePipelineUpdate(record.config, update);
    if (!isDeepStrictEqual(merged.camera_name, record.config.camera_name)) {
      throw new CamServerError(
        'CAMERA_CHANGED',
        'Cannot change the camera name on a running instance. Stop the instance first.',
      );
    }
    const config = withBackground(preparePipelineConfiguration(merged), newest);
    instance.updateConfig(config);
    record.config = withoutReload(config);
    return record.config;
  }

  private async create(
    config: JsonObject,
    id: string,
    readOnly = isTruthy(config.read_only),
  ): Promise<CreatedPipeline> {
    const instance = await this.options.supervisor.create(id, () => this.specify(config, id, readOnly));
    return this.created(instance);
  }

  /** The checks before a process exists, and what it is started with. */
  private async specify(
    requested: JsonObject,
    name: string,
    readOnly: boolean,
  ): Promise<InstanceSpecification> {
    await this.requireCamera(requested);
    await this.requireScript(requested);
    const config = withBackground(requested, await this.newestBackground(requested));
    const specification: InstanceSpecification = {
      name,
      program: this.options.program,
      logSuffix: `name:${name}`,
      config,
      // in the message that starts the instance: a command line or an environment could be read by others
      options: mergeObjects(this.options.instanceOptions, { service_token: presentServiceToken() }),
      port: isTruthy(config.port) ? Number(config.port) : 'allocate',
      kind: 'pipeline',
    };
    this.records.set(specification, { readOnly, requested, config: withoutReload(config) });
    return specification;
  }

  private async requireCamera({ pipeline_type: type, camera_name: camera }: JsonObject): Promise<void> {
    if (type !== 'processing' && type !== 'store') return;
    const reason = await this.cameraFault(String(camera));
    if (reason === null) return;
    const text = `Camera ${camera} is not online. Cannot start pipeline.`;
    throw new CamServerError('CAMERA_OFFLINE', reason === '' ? text : `${text} ${reason}`);
  }

  /** What the camera server says against the camera; null: nothing. When it cannot be asked, that is the error. */
  private async cameraFault(camera: string): Promise<string | null> {
    try {
      return (await this.options.cameraServer.isOnline(camera)) ? null : '';
    } catch (error) {
      if (error instanceof CamServerError && error.code === 'SERVER_ERROR') return error.message;
      throw error;
    }
  }

  private async requireScript({ pipeline_type: type, pipeline_script: script }: JsonObject): Promise<void> {
    if (type !== 'script') return;
    if (typeof script === 'string' && (await this.options.scripts.resolve(script)) !== null) return;
    throw new CamServerError('INVALID_SCRIPT', `Invalid pipeline script: ${script ?? null}`);
  }

  /** A background that is subtracted from now on must be there; one that was missing at the start need not. */
  private async requireBackground(merged: JsonObject, update: JsonObject): Promise<void> {
    if (!isTruthy(merged.image_background_enable) || !isTruthy(update.image_background)) return;
    await this.options.backgrounds.store.load(String(update.image_background));
  }

  /** The id to use where a configuration enables a background without naming one; null: leave it. */
  private async newestBackground(config: JsonObject): Promise<string | null> {
    const isOpen = isTruthy(config.image_background_enable) && !isTruthy(config.image_background);
    if (!isOpen || !this.options.completesBackgrounds || typeof config.camera_name !== 'string') return null;
    return this.options.backgrounds.newest(config.camera_name);
  }

  private requireActive(id: string): Instance {
    const instance = this.options.supervisor.require(id);
    if (instance.state === 'starting' || instance.state === 'running') return instance;
    throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${id}' does not exist.`);
  }

  /** All instances of this server were specified here. */
  private recordOf(instance: Instance): PipelineRecord {
    return this.records.get(instance.specification) as PipelineRecord;
  }

  private created(instance: Instance): CreatedPipeline {
    return {
      instanceId: instance.name,
      stream: this.address(instance),
      config: this.recordOf(instance).config,
    };
  }

  private address(instance: Instance): string {
    return `tcp://${this.options.hostname}:${instance.port}`;
  }

  private describe(instance: Instance): JsonObject {
    const { config, readOnly } = this.recordOf(instance);
    return {
      stream_address: this.address(instance),
      is_stream_active: instance.state === 'running',
      camera_name: config.camera_name ?? null,
      config,
      instance_id: instance.name,
      read_only: readOnly,
      last_start_time: instance.lastStartTime,
      running_ms: instance.runningTime,
      state: instance.state,
      last_error: instance.lastError,
      viewers: this.options.supervisor.viewersOf(instance.name),
      statistics: instance.statistics as unknown as JsonObject,
    };
  }
}

function withBackground(config: JsonObject, id: string | null): JsonObject {
  return id === null ? config : mergeObjects(config, { image_background: id });
}

/** An order to import the function again is carried out once; it would otherwise be repeated with every later update. */
function withoutReload(config: JsonObject): JsonObject {
  return isTruthy(config.reload) ? mergeObjects(config, { reload: false }) : config;
}
