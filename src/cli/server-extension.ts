/**
 * What servers have besides the interface of old: the second version of it, and the live view.
 */
import type { CameraServerParts } from '../camera/server.js';
import {
  createLiveView,
  type LiveView,
  type LiveViewOptions,
  locateOnServer,
  locateOnWorkers,
} from '../console/server/index.js';
import { openAccess, type ServerExtension } from '../http/index.js';
import type { ManagerContext } from '../proxy/manager-context.js';
import type { FoundationOptions } from '../proxy/v2/foundation.js';
import { managerApi } from '../proxy/v2/managed.js';
import { behalf, serviceHeaders } from '../proxy/v2/peer.js';
import { standaloneApi } from '../proxy/v2/standalone.js';
import type { PipelineServerParts } from '../worker/server.js';

export interface ExtensionOptions {
  /** Address of the camera server or manager that a pipeline server works with; null for those of cameras. */
  readonly cameraServer: string | null;
  readonly foundation: FoundationOptions;
}

/**
 * Of a standalone server or a worker.
 * @throws CamServerError, see `openFoundation`
 */
export function instanceServerExtension(
  parts: CameraServerParts | PipelineServerParts,
  options: ExtensionOptions & { readonly role: 'server' | 'worker' },
): Promise<ServerExtension> {
  const cluster = parts.family === 'camera' ? 'cameras' : 'pipelines';
  const locate = locateOnServer(cluster, options.cameraServer);
  return withLiveView(options, { ask: parts.ask, locate }, ({ viewers }) => {
    parts.countViewers(viewers);
    return standaloneApi(parts, { ...options, viewers });
  });
}

/**
 * Of a manager, which has no instances itself.
 * @throws CamServerError, see `openFoundation`
 */
export function managerExtension(
  context: ManagerContext,
  options: ExtensionOptions,
): Promise<ServerExtension> {
  const cluster = context.family === 'camera' ? 'cameras' : 'pipelines';
  const locate = locateOnWorkers(cluster, context.view, options.cameraServer);
  const ask = () => Promise.reject(new Error('A manager runs no instances'));
  return withLiveView(options, { ask, locate }, ({ viewers }) =>
    managerApi(context, { ...options, viewers }),
  );
}

async function withLiveView(
  { foundation }: ExtensionOptions,
  parts: Pick<LiveViewOptions, 'ask' | 'locate'>,
  makeApi: (liveView: LiveView) => Promise<ServerExtension>,
): Promise<ServerExtension> {
  let access = openAccess;
  const liveView = createLiveView({
    ...parts,
    access: () => access,
    headers: (identity) => ({ ...serviceHeaders(foundation.serviceToken), ...behalf({ identity }) }),
  });
  const api = await makeApi(liveView);
  access = api.access ?? openAccess;
  return joinExtensions(api, liveView);
}

/** The first one brings the rules of access and the audit log. */
export function joinExtensions(first: ServerExtension, ...others: ServerExtension[]): ServerExtension {
  const all = [first, ...others];
  return {
    ...first,
    routes: all.flatMap(({ routes }) => routes),
    handlers: all.flatMap(({ handlers }) => handlers ?? []),
    started: (server) => {
      for (const extension of all) extension.started?.(server);
    },
    closing: () => {
      for (const extension of all) extension.closing?.();
    },
    close: async () => {
      await Promise.all(all.map((extension) => extension.close()));
    },
  };
}
