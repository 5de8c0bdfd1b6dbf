/** Background images of cameras. */

import type { CamClient } from '../../client/index.js';
import { CamServerError } from '../../common/errors.js';
import { formatNpy, isNpy, parseNpy } from '../../common/npy.js';
import { defineRoute, jsonAnswer, ProblemError, RawAnswer, type Route } from '../../http/index.js';
import { decodePicture } from '../../processing/picture-file.js';
import type { BackgroundStore } from '../../storage/index.js';
import type { PipelineService } from '../../worker/service.js';
import {
  type BackgroundFigures,
  type BackgroundUsers,
  backgroundOfCamera,
  figuresOf,
} from './background-figures.js';
import { readCount } from './log-filter.js';
import { API, listOf, object, objectOf, text } from './schemas.js';
import type { Tasks } from './tasks.js';

export interface BackgroundParts {
  readonly service: PipelineService;
  readonly store: BackgroundStore;
  readonly cameraServer: CamClient | null;
  readonly tasks: Tasks;
  /** Who uses backgrounds now. */
  readonly users: () => Promise<BackgroundUsers>;
}

const tag = 'backgrounds';
const all = `${API}/backgrounds` as const;
const base = `${all}/{camera_name}` as const;
const LARGEST_CAPTURE = 1000;
/** Milliseconds between two reports of how far a capture is. */
const REPORT_INTERVAL = 200;
/** Milliseconds for the size of a camera. */
const TIMEOUT = 3000;

/** Figures that are kept; one is some hundred bytes. */
const KEPT_FIGURES = 5000;

export function backgroundRoutes(parts: BackgroundParts): Route[] {
  return [...readingRoutes(parts), ...storingRoutes(parts)];
}

function readingRoutes({ service, store, cameraServer, users }: BackgroundParts): Route[] {
  /** Backgrounds are never changed, so their figures stay. */
  const known = new Map<string, BackgroundFigures>();
  return [
    defineRoute({
      method: 'GET',
      path: all,
      tag,
      summary: 'The cameras that have backgrounds, with how many and the newest',
      response: { kind: 'json', schema: objectOf({ cameras: listOf(object) }) },
      examples: {
        answer: {
          cameras: [{ camera: 'simulation', count: 3, newest: 'simulation_20261125_100000_000001' }],
        },
      },
      handler: async () => {
        const cameras = [...(await store.cameras())].map(([camera, { count, newest }]) => ({
          ...{ camera, count, newest },
        }));
        return jsonAnswer({ cameras });
      },
    }),
    defineRoute({
      method: 'GET',
      path: base,
      tag,
      summary: 'The backgrounds collected for a camera, oldest first, with who stored and who uses them',
      response: { kind: 'json', schema: objectOf({ backgrounds: listOf(object) }) },
      examples: {
        answer: {
          backgrounds: [
            {
              ...{ id: 'simulation_20261125_100000_000001', time: '20261125_100000_000001', author: 'otto' },
              used_by: { configurations: ['simulation_sp'], instances: ['simulation_sp1'], camera: false },
            },
          ],
        },
      },
      handler: async ({ parameters: { camera_name: camera } }) => {
        const ids = await store.list(camera).catch((error) => {
          if (error instanceof CamServerError && error.code === 'NO_BACKGROUND') return [];
          throw error;
        });
        const [authors, using, own] = await Promise.all([
          store.authors(),
          users(),
          backgroundOfCamera(camera, cameraServer),
        ]);
        const backgrounds = ids.map((id) => ({
          id,
          time: id.slice(camera.length + 1),
          author: authors.get(id) ?? null,
          used_by: {
            configurations: using.configurations(id),
            instances: using.instances(id),
            camera: own === id,
          },
        }));
        return jsonAnswer({ backgrounds });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{background_name}/figures`,
      tag,
      summary: 'Type, shape, minimum, maximum, mean and standard deviation of a background',
      response: { kind: 'json', schema: objectOf({ type: text, shape: listOf({ type: 'integer' }) }) },
      examples: {
        answer: {
          ...{ type: 'uint16', shape: [480, 640], minimum: 0, maximum: 812 },
          ...{ mean: 41.2, standard_deviation: 3.1 },
        },
      },
      handler: async ({ parameters: { background_name: id } }) => {
        const figures = known.get(id) ?? (await figuresOf(await service.backgroundImage(id)));
        known.set(id, figures);
        if (known.size > KEPT_FIGURES) known.delete(known.keys().next().value!);
        return jsonAnswer({ id, ...figures });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{background_name}`,
      tag,
      summary: 'A background as an .npy file',
      response: { kind: 'text' },
      handler: async ({ parameters: { background_name: id } }) =>
        new RawAnswer('application/octet-stream', formatNpy(await service.backgroundImage(id)), 200, {
          'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(id)}.npy`,
        }),
    }),
  ];
}

function storingRoutes({ service, store, cameraServer, tasks }: BackgroundParts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: `${base}/{background_name}`,
      tag,
      summary: 'Stores an NPY, PNG or TIFF file as a background; its shape must be that of the camera',
      action: 'background.save',
      body: { kind: 'bytes', what: 'background image', limit: 'background' },
      response: { kind: 'json', schema: objectOf({ id: text }) },
      handler: async ({ parameters: { camera_name: camera, background_name: id }, body }) => {
        if (await store.has(id)) {
          throw new ProblemError(
            409,
            'BACKGROUND_EXISTS',
            `The background '${id}' exists; backgrounds are never changed.`,
          );
        }
        const image = isNpy(body) ? parseNpy(body) : await decodePicture(body);
        const size = await sizeOf(camera, cameraServer);
        const [height, width] = image.shape;
        if (image.shape.length !== 2 || (size !== null && (size[0] !== width || size[1] !== height))) {
          const wanted = size === null ? 'two dimensions' : `(${size[1]}, ${size[0]})`;
          const text = `The array has the shape (${image.shape.join(', ')}), the camera needs ${wanted}.`;
          throw new ProblemError(422, 'WRONG_SHAPE', text);
        }
        await service.storeBackground(id, image);
        return jsonAnswer({ id }, 201);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/capture`,
      tag,
      summary: 'Averages images of a camera as its newest background',
      action: 'background.capture',
      body: { kind: 'object', what: 'order ({"images"})' },
      response: { kind: 'json', schema: object },
      examples: { body: { images: 10 } },
      handler: (request) => {
        const { camera_name: camera } = request.parameters;
        const images = readCount('images', String(request.body?.images ?? 10), 10, LARGEST_CAPTURE);
        return tasks.start(request, 'background.capture', camera, async ({ signal, report }) => {
          report(0, `0 of ${images} images`);
          let reportedAt = 0;
          const onImage = (collected: number): void => {
            if (performance.now() - reportedAt < REPORT_INTERVAL) return;
            reportedAt = performance.now();
            report(collected / images, `${collected} of ${images} images`);
          };
          return { id: await service.collectBackground(camera, images, signal, onImage) };
        });
      },
    }),
  ];
}

/** Width and height; null when they cannot be told. */
async function sizeOf(camera: string, client: CamClient | null): Promise<readonly [number, number] | null> {
  try {
    const [width, height] = (await client?.geometry(camera, { timeout: TIMEOUT })) ?? [];
    return typeof width === 'number' && typeof height === 'number' ? [width, height] : null;
  } catch {
    return null;
  }
}
