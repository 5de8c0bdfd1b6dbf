/**
 * The REST interface of cameras, written once for servers, workers, proxies and managers.
 */
import { formatImageObject } from '../common/image-object.js';
import {
  backgroundUploadRoute,
  defineRoute,
  instanceRoutes,
  type JsonSchema,
  originOf,
  pictureAnswer,
  pictureQuery,
  type Route,
  scriptRoutes,
  storedConfigurationRoutes,
} from '../http/index.js';
import { cameraConfigurationSchema } from './configuration-schema.js';
import type { CameraService } from './service.js';

export const CAMERA_BASE = '/api/v1/cam';

const text: JsonSchema = { type: 'string' };
const names: JsonSchema = { type: 'array', items: text };
const object: JsonSchema = { type: 'object' };
const camera = `${CAMERA_BASE}/{camera_name}` as const;

/** All routes below `/api/v1/cam`; of paths that fit two routes the first one wins, as in the original. */
export function cameraRoutes(service: CameraService): Route[] {
  return [
    ...instanceRoutes(CAMERA_BASE, service),
    ...listRoutes(service),
    ...streamRoutes(service),
    ...configurationRoutes(service),
    ...imageRoutes(service),
    backgroundUploadRoute(CAMERA_BASE, (name, image) => service.storeBackground(name, image)),
    ...scriptRoutes(CAMERA_BASE, service),
  ];
}

function listRoutes(service: CameraService): Route[] {
  const tag = 'stored cameras';
  return [
    defineRoute({
      method: 'GET',
      path: CAMERA_BASE,
      tag,
      summary: 'Names of the cameras',
      response: { kind: 'envelope', payload: { cameras: names } },
      handler: async () => ({ status: 'List of available cameras.', cameras: await service.cameras() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${CAMERA_BASE}/aliases`,
      tag,
      summary: 'Aliases, each with its camera; every camera name in a path may be an alias',
      response: { kind: 'envelope', payload: { aliases: object } },
      handler: async () => ({ status: 'Camera aliases.', aliases: await service.aliases() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${CAMERA_BASE}/groups`,
      tag,
      summary: 'Groups, each with its cameras',
      response: { kind: 'envelope', payload: { groups: object } },
      handler: async () => ({ status: 'Camera groups.', groups: await service.groups() }),
    }),
  ];
}

function streamRoutes(service: CameraService): Route[] {
  const tag = 'cameras';
  return [
    defineRoute({
      method: 'GET',
      path: camera,
      tag,
      summary: 'Stream of a camera, which is started when it does not run',
      response: { kind: 'envelope', payload: { stream: text } },
      sideEffects: true,
      action: 'instance.start',
      handler: async (request) => {
        const { camera_name } = request.parameters;
        return {
          status: `Stream address for camera ${camera_name}.`,
          stream: await service.stream(camera_name, originOf(request)),
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${camera}/is_online`,
      tag,
      summary: 'Whether the camera answers; `status` says why not',
      response: { kind: 'envelope', payload: { online: { type: 'boolean' } } },
      handler: async ({ parameters: { camera_name } }) => {
        const { online, reason } = await service.onlineStatus(camera_name);
        return { status: reason ?? `Camera ${camera_name} is online.`, online };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${camera}/geometry`,
      tag,
      summary: 'Width and height of the published image; null where they cannot be told',
      response: {
        kind: 'envelope',
        payload: { geometry: { type: 'array', items: { type: ['integer', 'null'] } } },
      },
      handler: async ({ parameters: { camera_name } }) => ({
        status: `Geometry of camera ${camera_name} retrieved.`,
        geometry: await service.geometry(camera_name),
      }),
    }),
  ];
}

function configurationRoutes(service: CameraService): Route[] {
  return storedConfigurationRoutes({
    base: CAMERA_BASE,
    parameter: 'camera_name',
    tag: 'stored cameras',
    summaries: {
      read: 'The configuration of a camera with its defaults filled in',
      save: 'Replaces the configuration of a camera; a running instance takes it over at once',
      delete: 'Deletes the configuration of a camera; a running instance goes on',
    },
    subject: (name) => `Camera ${name}`,
    body: { what: 'camera configuration', schema: cameraConfigurationSchema },
    schemas: { read: cameraConfigurationSchema, save: cameraConfigurationSchema },
    read: (name) => service.config(name),
    save: (name, config) => service.saveConfig(name, config),
    delete: (name) => service.deleteConfig(name),
  });
}

function imageRoutes(service: CameraService): Route[] {
  const tag = 'cameras';
  const raw = { description: 'Present: without mirroring, turning, cropping, background and binning' };
  return [
    defineRoute({
      method: 'GET',
      path: `${camera}/image`,
      tag,
      summary: 'One image as PNG',
      query: { raw, ...pictureQuery },
      response: { kind: 'png' },
      handler: async ({ parameters: { camera_name }, query }) =>
        pictureAnswer(await service.image(camera_name, query.raw !== undefined), query),
    }),
    defineRoute({
      method: 'GET',
      path: `${camera}/image_bytes`,
      tag,
      summary: 'One image as numbers',
      query: { raw },
      response: { kind: 'envelope', payload: { image: object } },
      handler: async ({ parameters: { camera_name }, query }) => ({
        status: `Image bytes of camera '${camera_name}'.`,
        image: formatImageObject(await service.image(camera_name, query.raw !== undefined)),
      }),
    }),
  ];
}
