/** `/api/v2` of a manager. */
import { CamClient } from '../../client/index.js';
import type { ManagerContext } from '../manager-context.js';
import { type Api, type ApiService, createApi } from './api.js';
import { type FoundationOptions, openFoundation } from './foundation.js';

export interface ManagedOptions {
  /** Address of the camera manager or server that a pipeline manager works with; null for camera managers. */
  readonly cameraServer: string | null;
  readonly foundation: FoundationOptions;
  /** How many people look at an instance through this manager; default: nobody can. */
  readonly viewers?: (instance: string) => number;
}

/** @throws CamServerError, see `openFoundation` */
export async function managerApi(context: ManagerContext, options: ManagedOptions): Promise<Api> {
  const { cameraServer } = options;
  const foundation = await openFoundation(options.foundation, context.logging);
  return createApi({
    subject: { family: context.family, service: context.service } as ApiService,
    stores: context,
    role: 'manager',
    name: context.title,
    url: context.address,
    view: context.view,
    ...(options.viewers === undefined ? {} : { viewers: options.viewers }),
    control: context.control,
    settings: { pool: context.settings, permanent: context.permanentList },
    cameraServer: cameraServer === null ? null : new CamClient(cameraServer),
    foundation,
    logging: context.logging,
    onChange: async () => {},
    reset: context.reset,
  });
}
