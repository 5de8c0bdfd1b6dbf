/** What the roles that run instances add to their servers: the second version of the interface, and the live view. */
import type { CameraServerParts } from '../camera/server.js';
import { createLiveView, locateOnServer } from '../console/server/index.js';
import type { ServerExtension } from '../http/index.js';
import { standaloneApi } from '../proxy/v2/standalone.js';
import type { PipelineServerParts } from '../worker/server.js';

export interface InstanceServerExtensionOptions {
  readonly role: 'server' | 'worker';
  /** Address of the camera server that a pipeline server works with; null for camera servers. */
  readonly cameraServer: string | null;
}

export function instanceServerExtension(
  parts: CameraServerParts | PipelineServerParts,
  { role, cameraServer }: InstanceServerExtensionOptions,
): ServerExtension {
  const liveView = createLiveView({
    ask: parts.ask,
    locate: locateOnServer(parts.family === 'camera' ? 'cameras' : 'pipelines', cameraServer),
    headers: {},
  });
  return joinExtensions(standaloneApi(parts, { role, cameraServer, viewers: liveView.viewers }), liveView);
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
