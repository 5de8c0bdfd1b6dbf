/** `/api/v2` of a manager. */
import type { ManagerContext } from '../manager.js';
import { type Api, createApi } from './api.js';

export interface ManagedOptions {
  /** Address of the camera manager or server that a pipeline manager works with; null for camera managers. */
  readonly cameraServer: string | null;
}

export function managerApi(context: ManagerContext, { cameraServer }: ManagedOptions): Api {
  return createApi({
    cluster: context.family === 'camera' ? 'cameras' : 'pipelines',
    role: 'manager',
    name: context.title,
    url: context.address,
    view: context.view,
    peer: cameraServer === null ? null : { cluster: 'cameras', address: cameraServer.replace(/\/$/, '') },
  });
}
