/** What the roles add to their servers: the second version of the interface, and the live view. */
import type { CameraServerParts } from '../camera/server.js';
import { CamServerError } from '../common/errors.js';
import { createLiveView, locateOnServer, locateOnWorkers } from '../console/server/index.js';
import type { ServerExtension } from '../http/index.js';
import type { ManagerContext } from '../proxy/manager.js';
import type { FoundationOptions } from '../proxy/v2/foundation.js';
import { managerApi } from '../proxy/v2/managed.js';
import { standaloneApi } from '../proxy/v2/standalone.js';
import type { PipelineServerParts } from '../worker/server.js';

export interface InstanceServerExtensionOptions {
  readonly role: 'server' | 'worker';
  /** Address of the camera server that a pipeline server works with; null for camera servers. */
  readonly cameraServer: string | null;
  readonly foundation: FoundationOptions;
}

/** @throws CamServerError, see `openFoundation` */
export async function instanceServerExtension(
  parts: CameraServerParts | PipelineServerParts,
  { role, cameraServer, foundation }: InstanceServerExtensionOptions,
): Promise<ServerExtension> {
  const liveView = createLiveView({
    ask: parts.ask,
    locate: locateOnServer(parts.family === 'camera' ? 'cameras' : 'pipelines', cameraServer),
    headers: {},
  });
  const { viewers } = liveView;
  return joinExtensions(await standaloneApi(parts, { role, cameraServer, foundation, viewers }), liveView);
}

export interface ManagerExtensionOptions {
  readonly cameraServer: string | null;
  readonly foundation: FoundationOptions;
}

/** What managers add: the second version of the interface, and the live view, which they pass on to their workers. */
export async function managerExtension(
  context: ManagerContext,
  { cameraServer, foundation }: ManagerExtensionOptions,
): Promise<ServerExtension> {
  const liveView = createLiveView({
    ask: async () => {
      throw new CamServerError('NOT_HERE', 'A manager runs no instances itself.');
    },
    locate: locateOnWorkers(
      context.family === 'camera' ? 'cameras' : 'pipelines',
      context.view,
      cameraServer,
    ),
    headers: {},
  });
  return joinExtensions(await managerApi(context, { cameraServer, foundation }), liveView);
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
