/** What cameras and pipelines do differently, behind one face for the routes of instances. */
import type { CameraService } from '../../camera/service.js';
import { CamServerError } from '../../common/errors.js';
import { type JsonObject, mergeObjects } from '../../common/json.js';
import type { LogRecord } from '../../common/logging.js';
import { ProblemError, type RequestOrigin } from '../../http/index.js';
import type { Change, ConfigurationStore } from '../../storage/index.js';
import type { PipelineService } from '../../worker/service.js';

export interface InstanceOrder {
  /** Name of a stored configuration, or the configuration itself. */
  readonly configuration: string | null;
  readonly config: JsonObject | null;
  readonly instance: string | null;
  readonly changes: JsonObject | null;
}

export type StartedInstance = {
  readonly instance: string;
  readonly stream_address: string;
  readonly config: JsonObject | null;
};

export interface ConfigUpdate {
  readonly changes: JsonObject;
  readonly remove: readonly string[];
  /** Also change the stored configuration. */
  readonly save: boolean;
  readonly comment: string | null;
}

export interface InstanceFamily {
  create(order: InstanceOrder, origin: RequestOrigin): Promise<StartedInstance>;
  /** @returns the configuration it runs with from now on, and whether the stored one was changed */
  update(
    instance: string,
    stored: string | null,
    update: ConfigUpdate,
  ): Promise<{ config: JsonObject; saved: boolean }>;
  /** Starts a stored configuration under its own name, or the given configuration. */
  startAgain(instance: string, config: JsonObject, origin: RequestOrigin): Promise<StartedInstance>;
  stop(instance: string): Promise<void>;
  delete(instance: string): Promise<void>;
  logs(instance: string): Promise<readonly LogRecord[]>;
  /** Of an instance that has ended; null when that is not known. */
  exitCode(instance: string): Promise<number | null>;
}

export function pipelineFamily(service: PipelineService, store: ConfigurationStore): InstanceFamily {
  return {
    ...common(service),
    create: async ({ configuration, config, instance, changes }, origin) => {
      const created =
        configuration === null
          ? await service.createFromConfig(mergeObjects(config ?? {}, changes ?? {}), instance, origin)
          : await service.createFromName(configuration, instance, changes, origin);
      return { instance: created.instanceId, stream_address: created.stream, config: created.config };
    },
    update: async (instance, stored, { changes, remove, save, comment }) => {
      if (save && (stored === null || !(await store.has(stored)))) {
        const text = `Instance '${instance}' has no stored configuration that could be changed.`;
        throw new ProblemError(409, 'NO_STORED_CONFIG', text);
      }
      const removals = Object.fromEntries(remove.map((key) => [key, null]));
      const config = await service.updateInstanceConfig(instance, mergeObjects(removals, changes));
      if (!save || stored === null) return { config, saved: false };
      await saveChanged(service, store, stored, changes, remove, comment);
      return { config, saved: true };
    },
    startAgain: async (instance, config, origin) => {
      const created = (await store.has(instance))
        ? await service.createFromName(instance, instance, null, origin)
        : await service.createFromConfig(config, instance, origin);
      return { instance: created.instanceId, stream_address: created.stream, config: created.config };
    },
    exitCode: (instance) => service.exitCode(instance),
  };
}

/** A running camera and its stored configuration are one. */
export function cameraFamily(service: CameraService, store: ConfigurationStore): InstanceFamily {
  const start = async (camera: string, origin: RequestOrigin): Promise<StartedInstance> => ({
    instance: camera,
    stream_address: await service.stream(camera, origin),
    config: await service.config(camera),
  });
  return {
    ...common(service),
    create: ({ configuration, instance }, origin) => {
      const camera = configuration ?? instance;
      if (camera !== null) return start(camera, origin);
      throw new CamServerError(
        'INVALID_BODY',
        'A camera is started by its name: {"configuration": "camera"}.',
      );
    },
    update: async (instance, _stored, { changes, remove, comment }) => {
      await saveChanged(service, store, instance, changes, remove, comment);
      return { config: await service.config(instance), saved: true };
    },
    startAgain: (instance, _config, origin) => start(instance, origin),
    exitCode: async () => null,
  };
}

function common(service: CameraService | PipelineService) {
  return {
    stop: (instance: string) => service.stop(instance),
    delete: (instance: string) => service.delete(instance),
    logs: (instance: string) => service.instanceLogs(instance),
  };
}

async function saveChanged(
  service: { saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject> },
  store: ConfigurationStore,
  name: string,
  changes: JsonObject,
  remove: readonly string[],
  comment: string | null,
): Promise<void> {
  const { tag } = await store.getText(name);
  const config = mergeObjects(await store.get(name), changes);
  for (const key of remove) delete config[key];
  const change: Change = { expectedTag: tag, ...(comment === null ? {} : { comment }) };
  await service.saveConfig(name, config, change);
}
