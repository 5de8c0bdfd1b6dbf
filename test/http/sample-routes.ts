/** Routes of every kind of request and answer. */
import { CamServerError } from '../../src/common/errors.js';
import { defineRoute, pngAnswer, type Route, textAnswer } from '../../src/http/index.js';

/** Of cameras. */
export const base = '/api/v1/cam';
/** Streams that were asked for. */
export const counted = { starts: 0 };

export const routes: Route[] = [
  defineRoute({
    method: 'GET',
    path: `${base}/{camera_name}`,
    summary: 'stream',
    sideEffects: true,
    handler: ({ parameters }) => {
      counted.starts += 1;
      return { status: 'ok', stream: `tcp://h:1/${parameters.camera_name}` };
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${base}/info`,
    summary: 'info',
    handler: () => ({ status: 'é', info: { float: Number.NaN, list: [1, 2] } }),
  }),
  defineRoute({
    method: 'DELETE',
    path: `${base}/{camera_name}`,
    summary: 'stop',
    handler: ({ parameters }) => ({ status: `Instance '${parameters.camera_name}' stopped.` }),
  }),
  defineRoute({
    method: 'POST',
    path: `${base}/{camera_name}/config`,
    summary: 'save',
    body: { kind: 'object', what: 'camera configuration', required: true },
    handler: ({ body }) => ({ status: 'saved', config: body }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/pipeline',
    summary: 'create',
    body: { kind: 'object', what: 'pipeline configuration' },
    query: { instance_id: { description: 'id' } },
    handler: ({ body, query }) => ({ status: 'created', config: body, query: query.instance_id ?? null }),
  }),
  defineRoute({
    method: 'PUT',
    path: `${base}/script/{script_name}/script_bytes`,
    summary: 'script',
    body: { kind: 'bytes', what: 'script', limit: 'code' },
    handler: ({ body }) => ({ status: 'stored', size: body.length }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/proxy/info/{path*}',
    summary: 'nested',
    handler: ({ parameters }) => ({ status: 'nested', path: parameters.path }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/fail/{kind}',
    summary: 'fail',
    response: { kind: 'png' },
    handler: ({ parameters }) => {
      if (parameters.kind === 'expected') throw new CamServerError('NO', "Instance 'x' does not exist.");
      throw new TypeError('Something is undefined');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/png',
    summary: 'png',
    response: { kind: 'png' },
    handler: () => pngAnswer(Buffer.from('PNG')),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/txt',
    summary: 'txt',
    response: { kind: 'text' },
    handler: () => textAnswer('line'),
  }),
];
