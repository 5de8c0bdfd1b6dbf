/** `/api/v2` of a standalone server or a worker. */
import type { CameraServerParts } from '../../camera/server.js';
import { CamClient } from '../../client/index.js';
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
  { role, cameraServer, viewers, ...options }: StandaloneOptions,
): Promise<Api> {
  const foundation = await openFoundation(options.foundation, parts.logging);
  const libraries = parts.family === 'camera' ? null : parts.libraries;
  const view = new StandaloneView(parts.family, parts.address, () => parts.service.info());
  const api = createApi({
    subject: parts,
    stores: { ...parts, libraries, code: { scripts: parts.scripts, libraries } },
    role,
    name: parts.title,
    url: parts.address,
    view,
    control: null,
    settings: null,
    ...(viewers === undefined ? {} : { viewers }),
    cameraServer: cameraServer === null ? null : new CamClient(cameraServer),
    foundation,
    logging: parts.logging,
    onChange: () => view.refresh(),
    reset: parts.reset,
  });
  return {
    ...api,
    close: async () => {
      view.close();
      await api.close();
    },
  };
}
