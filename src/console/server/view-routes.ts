/** Looking at single messages of an instance without taking them from anybody: `/api/v2/view/…`. */
import { CamServerError } from '../../common/errors.js';
import { imageFromAnswer } from '../../common/image-answer.js';
import type { JsonObject } from '../../common/json.js';
import { formatNpy } from '../../common/npy.js';
import {
  defineRoute,
  HttpError,
  type Identity,
  jsonAnswer,
  pictureAnswer,
  pictureQuery,
  RawAnswer,
  type Route,
  type RouteRequest,
} from '../../http/index.js';
import { type Frame, frameFile, MOST_MESSAGES } from './frame-file.js';
import { relayRequest } from './relay.js';
import { type AskInstance, type ClusterName, type Locate, readClusterName } from './views.js';

export const VIEW_PATH = '/api/v2/view/{cluster}/{instance_name}';

export interface ViewRouteOptions {
  readonly ask: AskInstance;
  readonly locate: Locate;
  /** Sent along to other servers: who this one is, and for whom it asks. */
  headers(identity: Identity): Readonly<Record<string, string>>;
}

type ViewRequest = RouteRequest<'cluster' | 'instance_name', undefined>;
type FrameFormat = (frame: { result: JsonObject; data: Uint8Array | null }) => Promise<RawAnswer> | RawAnswer;

const TAG = 'live view';
const ANSWER_TIMEOUT = 15_000;
/** Milliseconds that another server may take; a file of many messages takes as long as they take to come. */
const RELAY_TIMEOUT = 30_000;
const RECORDING_TIMEOUT = 300_000;
const FORMATS = ['png', 'npy', 'json', 'h5'] as const;

export function viewRoutes(options: ViewRouteOptions): Route[] {
  /** Answers here, or passes the request on to where the instance runs. */
  const answering =
    (part: string, here: (request: ViewRequest) => Promise<RawAnswer>) =>
    async (request: ViewRequest): Promise<RawAnswer> => {
      const { instance_name } = request.parameters;
      const cluster = readCluster(request.parameters.cluster);
      const place = options.locate(cluster, instance_name);
      if (place === 'here') return here(request);
      if (place === 'unknown') throw unknownInstance(instance_name);
      const path = `/api/v2/view/${cluster}/${encodeURIComponent(instance_name)}/${part}`;
      const url = new URL(path, place.server);
      for (const [name, value] of Object.entries(request.query)) url.searchParams.set(name, value ?? '');
      const headers = { ...options.headers(request.identity), 'X-Request-Id': request.id };
      const timeout = request.query.format === 'h5' ? RECORDING_TIMEOUT : RELAY_TIMEOUT;
      const answer = await relayRequest(url.href, headers, request.signal, timeout);
      const more: Record<string, string> = {};
      if (answer.disposition !== null) more['Content-Disposition'] = answer.disposition;
      return new RawAnswer(answer.contentType, answer.body, answer.status, more);
    };
  return [
    defineRoute({
      method: 'GET',
      path: VIEW_PATH,
      tag: TAG,
      summary: 'Live view over WebSocket; see docs/live-view.md',
      response: { kind: 'json', schema: { type: 'object' } },
      handler: () => {
        throw new HttpError(426, 'UPGRADE_REQUIRED', 'The live view is a WebSocket; see docs/live-view.md.', {
          Upgrade: 'websocket',
        });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${VIEW_PATH}/message`,
      tag: TAG,
      summary: 'The channels of a message: name, type, shape, compression, first elements',
      query: {
        elements: { description: 'Elements of arrays to show, at most 1000; default 10' },
        pulse_id: { description: 'Of a picture that was just shown, or is held; default: the next message' },
      },
      response: { kind: 'json', schema: { type: 'object' } },
      handler: answering('message', async ({ parameters, query }) => {
        const question = {
          elements: readNumber('elements', query.elements) ?? 10,
          pulse_id: readNumber('pulse_id', query.pulse_id),
        };
        const answer = await options.ask(parameters.instance_name, 'view_message', question, ANSWER_TIMEOUT);
        return jsonAnswer(shown(answer.result, parameters.instance_name));
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${VIEW_PATH}/frame`,
      tag: TAG,
      summary: 'A whole image: the one that was shown with a pulse id, or the next one',
      query: {
        format: {
          description: 'png, npy, json for the scalars only, or h5 for a file of the next messages',
          schema: { enum: FORMATS },
        },
        messages: { description: `For h5: how many, at most ${MOST_MESSAGES}; default 1` },
        pulse_id: { description: 'Of a picture that was just shown, or is held' },
        ...pictureQuery,
      },
      response: { kind: 'png' },
      handler: answering('frame', async ({ parameters, query, signal }) => {
        const { instance_name } = parameters;
        const format = readFormat(query.format);
        const pulse_id = readNumber('pulse_id', query.pulse_id);
        const next = async (pulse: number | null): Promise<Frame> => {
          const answer = await options.ask(instance_name, 'view_frame', { pulse_id: pulse }, ANSWER_TIMEOUT);
          return { result: shown(answer.result, instance_name), data: answer.data };
        };
        if (format === 'h5') {
          const file = await frameFile(readCount(query.messages), () => next(null), signal);
          return attachment(`${instance_name}.h5`, 'application/x-hdf5', file);
        }
        const { result, data } = await next(pulse_id);
        const formats: Record<Exclude<(typeof FORMATS)[number], 'h5'>, FrameFormat> = {
          json: () => jsonAnswer(result),
          npy: (frame) =>
            new RawAnswer('application/octet-stream', formatNpy(imageFromAnswer(withImage(frame)))),
          png: (frame) => pictureAnswer(imageFromAnswer(withImage(frame)), query),
        };
        const { contentType, body } = await formats[format]({ result, data });
        return attachment(`${instance_name}_${String(result.pulse_id)}.${format}`, contentType, body);
      }),
    }),
    defineRoute({
      method: 'GET',
      path: `${VIEW_PATH}/pixel`,
      tag: TAG,
      summary: 'The exact value of one pixel of an image that was shown',
      query: {
        pulse_id: { description: 'Of a picture that was just shown, or is held' },
        x: { description: 'Column, from 0' },
        y: { description: 'Row, from 0' },
      },
      response: { kind: 'json', schema: { type: 'object' } },
      handler: answering('pixel', async ({ parameters, query }) => {
        const [pulse_id, x, y] = (['pulse_id', 'x', 'y'] as const).map((name) => {
          const value = readNumber(name, query[name]);
          if (value !== null) return value;
          throw new CamServerError('INVALID_QUERY', `${name} is missing; give pulse_id, x and y.`);
        });
        const question = { pulse_id: pulse_id!, x: x!, y: y! };
        const answer = await options.ask(parameters.instance_name, 'view_pixel', question, ANSWER_TIMEOUT);
        return jsonAnswer(answer.result);
      }),
    }),
  ];
}

export function readCluster(text: string): ClusterName {
  const cluster = readClusterName(text);
  if (cluster !== null) return cluster;
  throw new HttpError(404, 'NOT_FOUND', `There is no cluster '${text}'; there are pipelines and cameras.`);
}

export function unknownInstance(instance: string): CamServerError {
  return new CamServerError('INSTANCE_UNKNOWN', `Instance '${instance}' does not exist.`);
}

/** @throws CamServerError when no message came */
function shown(result: JsonObject, instance: string): JsonObject {
  if (result.state !== 'waiting') return result;
  throw new HttpError(504, 'NO_MESSAGE', `Instance '${instance}' sends no messages at the moment.`);
}

function withImage(frame: Parameters<FrameFormat>[0]): Parameters<FrameFormat>[0] {
  if (frame.data !== null) return frame;
  throw new CamServerError('NO_IMAGE', `The message of pulse ${frame.result.pulse_id} has no image.`);
}

function readFormat(text: string | undefined): (typeof FORMATS)[number] {
  const format = FORMATS.find((known) => known === (text || 'png'));
  if (format !== undefined) return format;
  throw new CamServerError(
    'INVALID_QUERY',
    `format: there is no '${text}', there are ${FORMATS.join(', ')}.`,
  );
}

function readCount(text: string | undefined): number {
  const count = readNumber('messages', text) ?? 1;
  if (count >= 1 && count <= MOST_MESSAGES) return count;
  throw new CamServerError('INVALID_QUERY', `messages is ${count}; it must be from 1 to ${MOST_MESSAGES}.`);
}

function attachment(name: string, contentType: string, body: string | Uint8Array): RawAnswer {
  return new RawAnswer(contentType, body, 200, {
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  });
}

function readNumber(name: string, text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new CamServerError('INVALID_QUERY', `${name} is '${text}'; it must be a whole number.`);
}
