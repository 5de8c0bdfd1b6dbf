/**
 * Every route of a server, taken from its OpenAPI documents, asked with hostile names, queries and bodies. What counts as
 * failure: no answer, an answer that is not what every answer is, or an error that the server itself did not expect.
 */
import { createConnection } from 'node:net';
import { hostileInputs, hostileTexts, pickFrom, randomGenerator } from './corpus.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly hasBody: boolean;
}

interface Documented {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
}

const DOCUMENTS = ['/api/v1/openapi.json', '/api/v2/openapi.json'];

/** A header in which whatever a request made the server write would show. */
const INJECTED = 'x-injected';
/** Milliseconds; a request that starts something waits for it. */
const PATIENCE = 60_000;

/** All operations of a server. */
export async function operationsOf(server: string): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const document of DOCUMENTS) {
    const answer = await fetch(server + document);
    if (!answer.ok) continue;
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Documented>> };
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
        const query = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
        operations.push({ method: method.toUpperCase(), path, query, hasBody: requestBody !== undefined });
      }
    }
  }
  return operations;
}

/** Names that exist make more of a route run. */
export interface KnownNames {
  readonly clusters: readonly string[];
  readonly names: readonly string[];
}

export interface RouteResult {
  readonly requests: number;
  /** How often each HTTP status was the answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests with their answers that should not be. */
  readonly faults: readonly string[];
}

/**
 * Asks each operation `rounds` times.
 * @param restore called before each round
 */
export async function fuzzRoutes(
  server: string,
  rounds: number,
  seed: number,
  known: KnownNames,
  restore: () => Promise<void>,
): Promise<RouteResult> {
  const random = randomGenerator(seed);
  const names = hostileTexts('names');
  const queries = hostileTexts('queries');
  const bodies = ['json', 'configurations', 'images', 'pickle', 'npy'].flatMap(hostileInputs);
  const operations = await operationsOf(server);
  const statuses: Record<number, number> = {};
  const faults: string[] = [];

  const nameFor = (parameter: string): string => {
    if (random() < 0.5) return pickFrom(names, random);
    return pickFrom(parameter === 'cluster' ? known.clusters : known.names, random);
  };
  const ask = async ({ method, path, query, hasBody }: Operation): Promise<void> => {
    const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => nameFor(name));
    const chosen = query.filter(() => random() < 0.5).map((name) => `${name}=${pickFrom(queries, random)}`);
    const surplus = random() < 0.1 ? [`__proto__=${pickFrom(queries, random)}`] : [];
    const search = [...chosen, ...surplus].join('&');
    const target = filled + (search === '' ? '' : `?${search}`);
    const body = hasBody || random() < 0.1 ? pickFrom(bodies, random) : null;
    const type = random() < 0.8 ? 'application/json' : 'application/octet-stream';
    const about = `${method} ${target.slice(0, 200)}${body === null ? '' : ` with '${body.name}'`}`;
    try {
      const { status, head } = await exchange(server, method, target, body?.bytes ?? null, type);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 500 || head.includes(`\r\n${INJECTED}:`)) faults.push(`${about}: ${head}`);
    } catch (error) {
      faults.push(`${about}: ${(error as Error).message}`);
    }
  };

  for (let round = 0; round < rounds; round += 1) {
    await restore();
    // one after the other, so that the fault belongs to the request
    for (const operation of operations) await ask(operation);
  }
  return { requests: rounds * operations.length, statuses, faults };
}

/** One request, byte by byte as given: `fetch` would tidy it up. The end of the answer is not waited for. */
function exchange(
  server: string,
  method: string,
  target: string,
  body: Buffer | null,
  contentType: string,
): Promise<{ status: number; head: string }> {
  const { hostname, port, host } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname);
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended without an answer')));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end).toLowerCase();
      const status = /^http\/1\.1 (\d{3}) /.exec(head)?.[1];
      if (status === undefined) reject(new Error(`the answer begins with ${head.slice(0, 100)}`));
      else resolve({ status: Number(status), head });
      socket.destroy();
    });
    const headers = body === null ? '' : `Content-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n`;
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`);
    if (body !== null) socket.write(body);
  });
}

/** Errors in the log of a server that no request should be able to cause. */
export async function unexpectedErrors(server: string): Promise<string[]> {
  const { logs } = (await (await fetch(`${server}/api/v1/logs`)).json()) as { logs: string[][] };
  return logs
    .filter(([, , level]) => level === 'ERROR' || level === 'CRITICAL')
    .map((record) => record.join(' '));
}
