/**
 * Creating pipeline instances on the workers of a manager: where, with what, and once per name. All entry points (create,
 * stream by id, stream from configuration, permanent instances) come through here, so that one pipeline behaves the same
 * however it was asked for.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CreatedPipeline, PipelineClient, ProxyClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import { formatJson, type JsonObject, mergeObjects } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';
import type { RequestOrigin } from '../http/index.js';
import type { BackgroundStore, LibraryStore, ScriptStore } from '../storage/index.js';
import {
  checkParameters,
  preparePipelineConfiguration,
  validatePipelineConfiguration,
} from '../worker/configuration/index.js';
import type { StoredPipelines } from '../worker/stored-pipelines.js';
import { CASCADE_STREAMS, type CascadeAccess, resolveCascade } from './cascade.js';
import { type WaitingChildren, waitAsUsual, waitingLonger } from './cascade-children.js';
import type { Cluster } from './cluster.js';
import type { Distribution } from './distribution.js';
import type { OriginResolver } from './origin.js';
import { pipelineParcel } from './pipeline-parcel.js';
import { hostOf, type PlacementRequest } from './placement.js';
import { Starts } from './starts.js';

export interface PipelinePlacingParts {
  readonly cluster: Cluster<PipelineClient>;
  readonly pipelines: StoredPipelines;
  readonly backgrounds: BackgroundStore;
  readonly scriptStore: ScriptStore;
  readonly libraryStore: LibraryStore;
  readonly distribution: Distribution;
  readonly origins: OriginResolver;
  /** Where the camera manager says on which host a camera runs. */
  readonly cameraProxy: ProxyClient;
  /** Instances that "stream by id" starts are read-only. */
  readonly sharedReadOnly: boolean;
}

export interface PlacedPipeline extends CreatedPipeline {
  /** Address of the worker. */
  readonly server: string;
}

/** What is to be started. */
interface Order {
  readonly instance: string;
  /** Name of the stored configuration; null for a posted one. */
  readonly name: string | null;
  /** Stored or posted, with defaults. */
  readonly base: JsonObject;
  /** Keys laid over it. */
  readonly changes: JsonObject;
  readonly origin: RequestOrigin;
  /** Addresses of servers that must not be chosen. */
  readonly avoid: readonly string[];
}

/** Milliseconds that the camera manager has to tell where a camera runs. */
const CAMERA_HOST_TIMEOUT = 2000;
const NOWHERE: RequestOrigin = { address: null };

export class PipelinePlacing {
  private readonly starts = new Starts<PlacedPipeline>();

  constructor(private readonly parts: PipelinePlacingParts) {}

  /** @param avoid addresses of servers that must not be chosen */
  async createFromConfig(
    config: JsonObject,
    id: string | null,
    avoid: readonly string[] = [],
  ): Promise<PlacedPipeline> {
    const base = preparePipelineConfiguration(config);
    const instance = id ?? randomUUID();
    const order: Order = { instance, name: null, base, changes: {}, origin: NOWHERE, avoid };
    return this.starts.exclusive(instance, () => this.start(order));
  }

  /** @param avoid addresses of servers that must not be chosen */
  async createFromName(
    name: string,
    id: string | null,
    changes: JsonObject,
    avoid: readonly string[] = [],
  ): Promise<PlacedPipeline> {
    const base = await this.parts.pipelines.load(name);
    const instance = id ?? randomUUID();
    const order: Order = { instance, name, base, changes, origin: NOWHERE, avoid };
    return this.starts.exclusive(instance, () => this.start(order));
  }

  /** The running instance of that id, one that is being started, or a new one of the stored pipeline of that name. */
  streamOf(id: string, origin: RequestOrigin): Promise<string> {
    return this.streamOrStart(id, () => this.startStored(id, origin));
  }

  private async streamOrStart(id: string, start: () => Promise<PlacedPipeline>): Promise<string> {
    const { cluster } = this.parts;
    await cluster.pool.refresh();
    const running = cluster.pool.locate(id);
    if (running !== null) {
      try {
        return await running.watch.client.stream(id);
      } catch (error) {
        // its server went away a moment ago: the instance is started on another one
        if (!(error instanceof CamServerError && error.code === 'SERVER_UNREACHABLE')) throw error;
        await running.watch.refresh();
      }
    }
    const { stream } = await this.starts.shared(id, start);
    return stream;
  }

  /** A running read-only instance with an equal configuration, or a new one. */
  async streamFromConfig(config: JsonObject): Promise<PlacedPipeline> {
    const requested = preparePipelineConfiguration(config);
    const key = `stream from configuration ${formatJson(requested)}`;
    return this.starts.shared(
      key,
      async () => (await this.sharedInstance(requested)) ?? this.share(requested),
    );
  }

  /** What placement decides on, for a complete configuration. */
  async request(
    instance: string,
    name: string | null,
    config: JsonObject,
    origin: RequestOrigin,
  ): Promise<PlacementRequest> {
    const { cluster, origins } = this.parts;
    const cameraName = isTruthy(config.camera_name) ? String(config.camera_name) : null;
    const addresses = cluster.pool.watches().map(({ address }) => address);
    return {
      instance,
      configuration: name,
      cameraName,
      cameraHost: cameraName === null ? null : await this.cameraHost(cameraName),
      originHost: await origins.hostOf(origin.address, addresses),
    };
  }

  /** The newest background of the camera where one is to be subtracted but none is named; null otherwise. */
  async openBackground(config: JsonObject): Promise<string | null> {
    const isOpen = isTruthy(config.image_background_enable) && !isTruthy(config.image_background);
    if (!isOpen || typeof config.camera_name !== 'string') return null;
    return this.parts.backgrounds.latest(config.camera_name).catch(() => null);
  }

  /** @param waiting of a pipeline that another one is about to read from */
  private async startStored(
    id: string,
    origin: RequestOrigin,
    waiting: WaitingChildren | null = null,
  ): Promise<PlacedPipeline> {
    if (!(await this.parts.pipelines.has(id))) {
      throw new CamServerError(
        'INSTANCE_NOT_FOUND',
        `Instance '${id}' is not present on server and it is not a saved pipeline name.`,
      );
    }
    const base = await this.parts.pipelines.load(id);
    const readOnly = this.parts.sharedReadOnly || isTruthy(base.read_only);
    const changes: JsonObject = {
      ...(readOnly ? { read_only: true } : {}),
      ...(waiting === null ? {} : waitingLonger(id, base, waiting)),
    };
    return this.start({ instance: id, name: id, base, changes, origin, avoid: [] });
  }

  private async start(order: Order): Promise<PlacedPipeline> {
    const { cluster, distribution, scriptStore, libraryStore } = this.parts;
    const { instance, name, base } = order;
    const wanted = mergeObjects(base, order.changes);
    validatePipelineConfiguration(wanted);
    checkParameters(wanted);
    const request = await this.request(instance, name, wanted, order.origin);
    return this.withInputs(name ?? instance, wanted, async (inputs) => {
      const changes = mergeObjects(order.changes, inputs);
      const { server, result } = await cluster.start(
        request,
        async ({ decision, watch }) => {
          const placed = decision.port === null ? changes : mergeObjects(changes, { port: decision.port });
          const config = mergeObjects(base, placed);
          const stored = name === null ? null : { name, config: base };
          await distribution.deliver(watch, await pipelineParcel(config, stored, scriptStore, libraryStore));
          return name === null
            ? watch.client.createFromConfig(config, instance)
            : watch.client.createFromName(name, { instanceId: instance, changes: placed });
        },
        order.avoid,
      );
      return { ...result, server };
    });
  }

  /** Hands on the streams that a pipeline reads from, whose pipelines wait until it was started, and its background. */
  private async withInputs<T>(
    name: string,
    config: JsonObject,
    start: (inputs: JsonObject) => Promise<T>,
  ): Promise<T> {
    const waiting: WaitingChildren = new Map();
    try {
      const streams = await resolveCascade(name, config, this.cascadeAccess(waiting));
      const background = await this.openBackground(config);
      return await start({ ...streams, ...(background === null ? {} : { image_background: background }) });
    } finally {
      waitAsUsual(waiting, this.parts.cluster);
    }
  }

  /** Found by what it runs with, so that a restarted manager finds it too. */
  private async sharedInstance(requested: JsonObject): Promise<PlacedPipeline | null> {
    const { cluster } = this.parts;
    await cluster.pool.refresh();
    const background = await this.openBackground(requested);
    const expected =
      background === null ? requested : mergeObjects(requested, { image_background: background });
    for (const watch of cluster.pool.watches()) {
      for (const [instanceId, record] of Object.entries(watch.current.instances)) {
        if (record.read_only !== true || !isSameAs(expected, record.config as JsonObject)) continue;
        const { stream_address: stream, config } = record;
        return { instanceId, stream: String(stream), config: config as JsonObject, server: watch.address };
      }
    }
    return null;
  }

  private async share(requested: JsonObject): Promise<PlacedPipeline> {
    const { cluster, distribution, scriptStore, libraryStore } = this.parts;
    const key = `stream from configuration ${randomUUID()}`;
    return this.withInputs(key, requested, async (inputs) => {
      const config = mergeObjects(requested, inputs);
      const request = await this.request(key, null, config, NOWHERE);
      const { server, result } = await cluster.start(request, async ({ watch }) => {
        await distribution.deliver(watch, await pipelineParcel(config, null, scriptStore, libraryStore));
        return watch.client.streamFromConfig(config);
      });
      return { ...result, server };
    });
  }

  private cascadeAccess(waiting: WaitingChildren): CascadeAccess {
    const { pipelines, cluster } = this.parts;
    const streamOf = (name: string): Promise<string> =>
      this.streamOrStart(name, () => this.startStored(name, NOWHERE, waiting));
    return {
      stored: async (name) => ((await pipelines.has(name)) ? pipelines.load(name) : null),
      stream: streamOf,
      runningConfig: async (name) => {
        await streamOf(name);
        await cluster.pool.refresh();
        const located = cluster.pool.locate(name);
        if (located === null) {
          throw new CamServerError('INSTANCE_UNKNOWN', `Instance '${name}' does not exist.`);
        }
        return located.record.config as JsonObject;
      },
    };
  }

  /** The host on which a camera runs; null where its manager does not tell (a server by itself, or the camera is off). */
  private async cameraHost(camera: string): Promise<string | null> {
    try {
      const host = await this.parts.cameraProxy.nestedInfo(`active_instances/${camera}/host`, {
        timeout: CAMERA_HOST_TIMEOUT,
      });
      return typeof host === 'string' && URL.canParse(host) ? hostOf(host) : null;
    } catch {
      return null;
    }
  }
}

/** Whether an instance runs with a configuration; the streams of its cascade are none of it. */
function isSameAs(requested: JsonObject, running: JsonObject): boolean {
  const found = { ...running };
  for (const key of CASCADE_STREAMS) if (!Object.hasOwn(requested, key)) delete found[key];
  return isDeepStrictEqual(found, requested);
}
