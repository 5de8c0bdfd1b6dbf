/** `/api/v2` of a standalone server or a worker. */
import type { CameraServerParts } from '../../camera/server.js';
import type { PipelineServerParts } from '../../worker/server.js';
import { type Api, createApi } from './api.js';
import { type FoundationOptions, openFoundation } from './foundation.js';
import type { ServerRole } from './records.js';
import { StandaloneView } from './standalone-view.js';

export interface StandaloneOptions {
  readonly role: Extract<ServerRole, 'server' | 'worker'>;
  /** Address of the camera server that a pipeline server works with; null for camera servers. */
  readonly cameraServer: string | null;
  /** How many people look at an instance of this server; default: nobody can. */
  readonly viewers?: (instance: string) => number;
  readonly foundation: FoundationOptions;
}

/** @throws CamServerError, see `openFoundation` */
export async function standaloneApi(
  parts: CameraServerParts | PipelineServerParts,
  options: StandaloneOptions,
): Promise<Api> {
  const foundation = await openFoundation(options.foundation, parts.logging);
  const view = new StandaloneView(parts.family, parts.address, () => parts.service.info());
  const { cameraServer } = options;
  const api = createApi({
    cluster: parts.family === 'camera' ? 'cameras' : 'pipelines',
    role: options.role,
    name: parts.title,
    url: parts.address,
    view,
    ...(options.viewers === undefined ? {} : { viewers: options.viewers }),
    foundation,
    onChange: () => view.refresh(),
    peer: cameraServer === null ? null : { cluster: 'cameras', address: cameraServer.replace(/\/$/, '') },
  });
  return {
    ...api,
    close: async () => {
      view.close();
      await api.close();
    },
  };
}
