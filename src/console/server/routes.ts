/**
 * The console below `/ui/`: its files, what it must know of the site, and the way to the cameras of another server, so that a
 * browser needs one origin. Only below `/ui/` is an unknown path answered with the page.
 */
import { CamServerError, errorText } from '../../common/errors.js';
import {
  defineRoute,
  HttpError,
  jsonAnswer,
  RawAnswer,
  type Route,
  type RouteRequest,
} from '../../http/index.js';
import { type Asset, readAssets } from './assets.js';
import type { Buffers } from './buffers/buffer.js';
import { bufferRoutes } from './buffers/buffer-routes.js';

export interface ConsoleOptions {
  /** What the server itself serves. */
  readonly cluster: 'pipelines' | 'cameras';
  /** Base address of the camera server or manager, for a console of pipelines; null: none. */
  readonly cameraServer: string | null;
  readonly siteName: string;
  /** Colour of the bar at the top. */
  readonly environment: 'production' | 'test' | 'simulation';
  /** What stores the streams of pipelines at this site. */
  readonly buffers: Buffers;
}

/** Nothing from elsewhere, no inline script, no embedding. Pictures are made in the browser (`blob:`, `data:`). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

const RELAY_TIMEOUT = 15_000;
const TAG = 'console';

export function consoleRoutes(options: ConsoleOptions): Route[] {
  const assets = readAssets();
  const hasRelay = options.cluster === 'pipelines' && options.cameraServer !== null;
  return [
    defineRoute({
      method: 'GET',
      path: '/',
      tag: TAG,
      summary: 'Leads to the console',
      response: { kind: 'html' },
      handler: () => new RawAnswer('', '', 302, { Location: '/ui/' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/ui/site.json',
      tag: TAG,
      summary: 'What the console must know of this site',
      response: { kind: 'json', schema: { type: 'object' } },
      handler: () => jsonAnswer(siteDescription(options, hasRelay)),
    }),
    ...(hasRelay ? [relayRoute(options.cameraServer!)] : []),
    ...bufferRoutes(options.buffers),
    defineRoute({
      method: 'GET',
      path: '/ui/{path*}',
      tag: TAG,
      summary: 'The console',
      response: { kind: 'html' },
      handler: (request) => serveAsset(assets, request),
    }),
  ];
}

function siteDescription(options: ConsoleOptions, hasRelay: boolean): Record<string, unknown> {
  const own = { [options.cluster]: '' };
  return {
    name: options.siteName,
    environment: options.environment,
    buffers: Object.keys(options.buffers),
    clusters: hasRelay ? { pipelines: '', cameras: '/ui/relay' } : own,
  };
}

/** A path with a file extension is a file; every other one is a screen, which the page itself shows. */
function serveAsset(assets: ReadonlyMap<string, Asset>, request: RouteRequest<'path'>): RawAnswer {
  const { path } = request.parameters;
  const isFile = path.startsWith('assets/');
  const asset = assets.get(isFile ? path : 'index.html');
  if (asset === undefined) {
    const text = isFile
      ? `The console has no file '${path}'. Reload the page: the server may have been updated.`
      : 'The console was not built. Run `npm run setup` and start the server again.';
    throw new HttpError(404, 'NO_CONSOLE_FILE', text);
  }
  const accepts = /\bgzip\b/.test(request.header('accept-encoding') ?? '');
  const compressed = accepts ? asset.compressed : null;
  return new RawAnswer(asset.type, compressed ?? asset.plain, 200, {
    ...SECURITY_HEADERS,
    'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ...(compressed === null ? {} : { 'Content-Encoding': 'gzip' }),
  });
}

/** Reads of the camera server; what changes something goes through `/api/v2`, where it is checked and noted. */
function relayRoute(cameraServer: string): Route {
  return defineRoute({
    method: 'GET',
    path: '/ui/relay/api/v1/{path*}',
    tag: TAG,
    summary: 'Reads from the camera server',
    response: { kind: 'json', schema: { type: 'object' } },
    handler: async ({ parameters: { path }, query, signal, id }) => {
      if (!/^(cam|proxy)\//.test(path)) throw new HttpError(404, 'NO_ROUTE', `Not relayed: '${path}'`);
      const segments = path.split('/').map(encodeURIComponent).join('/');
      const url = new URL(`/api/v1/${segments}`, cameraServer);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value ?? '');
      return relay(url, AbortSignal.any([signal, AbortSignal.timeout(RELAY_TIMEOUT)]), id);
    },
  });
}

async function relay(url: URL, signal: AbortSignal, id: string): Promise<RawAnswer> {
  try {
    const answer = await fetch(url, { signal, headers: { 'X-Request-Id': id }, redirect: 'error' });
    const body = new Uint8Array(await answer.arrayBuffer());
    return new RawAnswer(answer.headers.get('content-type') ?? '', body, answer.status);
  } catch (error) {
    const reason = errorText(error instanceof Error && error.cause instanceof Error ? error.cause : error);
    throw new CamServerError('CAMERA_SERVER', `The camera server ${url.origin} gave no answer: ${reason}.`);
  }
}
