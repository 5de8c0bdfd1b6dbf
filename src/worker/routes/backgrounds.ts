/** Backgrounds: collecting, looking at, and storing them. */
import { CamServerError } from '../../common/errors.js';
import { formatImageObject, imageFromRows } from '../../common/image-object.js';
import { validName } from '../../common/names.js';
import {
  backgroundUploadRoute,
  defineRoute,
  type JsonSchema,
  pictureAnswer,
  pictureQuery,
  type Route,
} from '../../http/index.js';
import type { PipelineService } from '../service.js';

const tag = 'backgrounds';
const text: JsonSchema = { type: 'string' };
const id = { kind: 'envelope', payload: { background_id: text } } as const;
const DEFAULT_IMAGES = 10;
/** At 10 Hz as many as fit into the deadline of a request. */
const MAXIMUM_IMAGES = 1000;

export function backgroundRoutes(base: string, service: PipelineService): Route[] {
  return [...cameraBackgroundRoutes(base, service), ...imageRoutes(base, service)];
}

function cameraBackgroundRoutes(base: string, service: PipelineService): Route[] {
  const path = `${base}/camera/{camera_name}/background` as const;
  return [
    defineRoute({
      method: 'POST',
      path,
      action: 'background.capture',
      tag,
      summary: 'Averages images of a camera and stores the mean as its newest background',
      query: {
        n_images: { description: `Images to average, 1 to ${MAXIMUM_IMAGES}; default ${DEFAULT_IMAGES}` },
      },
      response: id,
      handler: async ({ parameters: { camera_name }, query, signal }) => ({
        status: `Background collected on camera ${camera_name}.`,
        background_id: await service.collectBackground(camera_name, numberOfImages(query.n_images), signal),
      }),
    }),
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'Id of the newest background of a camera',
      response: id,
      handler: async ({ parameters: { camera_name } }) => ({
        status: `Latest background for camera ${camera_name}.`,
        background_id: await service.latestBackground(camera_name),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}s`,
      tag,
      summary: 'Ids of all backgrounds of a camera, oldest first',
      response: { kind: 'envelope', payload: { background_ids: { type: 'array', items: text } } },
      handler: async ({ parameters: { camera_name } }) => ({
        status: `Latest background for camera ${camera_name}.`,
        background_ids: await service.backgrounds(camera_name),
      }),
    }),
  ];
}

function imageRoutes(base: string, service: PipelineService): Route[] {
  const path = `${base}/background/{background_name}` as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${path}/image`,
      tag,
      summary: 'A background as PNG',
      query: pictureQuery,
      response: { kind: 'png' },
      handler: async ({ parameters: { background_name }, query }) =>
        pictureAnswer(await service.backgroundImage(background_name), query),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/image_bytes`,
      tag,
      summary: 'The pixels of a background in base64',
      response: { kind: 'envelope', payload: { image: { type: 'object' } } },
      handler: async ({ parameters: { background_name } }) => ({
        status: `Background file '${background_name}'.`,
        image: formatImageObject(await service.backgroundImage(background_name)),
      }),
    }),
    backgroundUploadRoute(base, (name, image) => service.storeBackground(name, image)),
    defineRoute({
      method: 'POST',
      path: `${base}/background`,
      action: 'background.save',
      tag,
      summary: 'Stores a background given as rows of numbers',
      body: {
        kind: 'object',
        what: 'background ({"filename", "data"})',
        required: true,
        limit: 'background',
      },
      handler: async ({ body: { filename, data } }) => {
        if (typeof filename !== 'string') {
          throw new CamServerError('INVALID_PARAMETER', "'filename' must be the name of the background.");
        }
        await service.storeBackground(validName('background', filename), imageFromRows(data));
        return { status: `Background image ${filename} stored.` };
      },
    }),
  ];
}

function numberOfImages(given: string | undefined): number {
  if (given === undefined || given === '') return DEFAULT_IMAGES;
  if (!/^\s*[+-]?\d{1,9}\s*$/.test(given)) {
    throw new CamServerError('INVALID_PARAMETER', 'n_images must be a number.');
  }
  const images = Number(given);
  if (images >= 1 && images <= MAXIMUM_IMAGES) return images;
  throw new CamServerError(
    'INVALID_PARAMETER',
    `n_images must be a number. It must be from 1 to ${MAXIMUM_IMAGES}, not ${images}.`,
  );
}
