/** Searching the logs of everything: this server, its workers, their instances, the other cluster. */
import { CamServerError, errorText } from '../../common/errors.js';
import { formatJson } from '../../common/json.js';
import { defineRoute, jsonAnswer, RawAnswer, type Route, type RouteRequest } from '../../http/index.js';
import { type RemoteSource, relabelled } from './followers.js';
import type { LogBook } from './log-book.js';
import { type LogEntry, type LogFilter, logFilter, readCount } from './log-filter.js';
import type { Peer } from './peer.js';
import type { ClusterName } from './records.js';
import { API, listOf, object, objectOf } from './schemas.js';
import { readCluster } from './snapshot-routes.js';

export interface LogParts {
  readonly cluster: ClusterName;
  readonly book: LogBook;
  /** The workers of a manager; none on other servers. */
  readonly workers: () => readonly RemoteSource[];
  readonly ask: (address: string, path: string, request: RouteRequest, timeout: number) => Promise<unknown>;
  readonly peer: Peer | null;
}

interface RemoteSourceState {
  readonly source: string;
  readonly state: 'ok' | 'unreachable';
  readonly error: string | null;
}

interface LogPage {
  readonly records: LogEntry[];
  /** Records that were looked at. */
  readonly total: number;
  /** Of these, the ones that the filter left out. */
  readonly hidden: number;
  readonly sources: RemoteSourceState[];
}

const LARGEST_PAGE = 10_000;
/** Milliseconds for one worker. */
const TIMEOUT = 2000;
const FORMATS = ['json', 'text', 'jsonl'];

export function logRoutes(parts: LogParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/logs`,
      tag: 'logs',
      summary:
        'Log records of servers and instances, oldest first; those of workers that do not answer are named',
      query: {
        cluster: { description: 'pipelines or cameras; default both' },
        scope: { description: 'all, manager, worker, instance' },
        worker: { description: 'host:port' },
        instance: { description: 'Name of an instance' },
        level: { description: 'The lowest level: DEBUG, INFO, WARNING, ERROR, CRITICAL' },
        levels: { description: 'Only these levels, comma-separated' },
        q: { description: 'Text that the message or the logger contains' },
        regex: { description: 'true: q is a regular expression' },
        from: { description: 'ISO time, or -15m' },
        to: { description: 'ISO time' },
        limit: { description: `The newest so many, 1 to ${LARGEST_PAGE}; default 500` },
        format: { description: FORMATS.join(', ') },
      },
      response: { kind: 'json', schema: objectOf({ records: listOf(object), sources: listOf(object) }) },
      handler: async (request) => {
        const { format = 'json' } = request.query;
        if (!FORMATS.includes(format)) {
          throw new CamServerError('INVALID_QUERY', `format: '${format}' is none of ${FORMATS.join(', ')}.`);
        }
        const page = await search(parts, request);
        if (format === 'json') return jsonAnswer(page);
        const body = page.records.map(format === 'text' ? textLine : jsonLine).join('');
        const type = format === 'text' ? 'text/plain; charset=utf-8' : 'application/jsonl; charset=utf-8';
        const name = format === 'text' ? 'camserver.log' : 'camserver.jsonl';
        return new RawAnswer(type, body, 200, { 'Content-Disposition': `attachment; filename="${name}"` });
      },
    }),
  ];
}

async function search(parts: LogParts, request: RouteRequest): Promise<LogPage> {
  const { query } = request;
  const wanted = readCluster(query.cluster);
  const limit = readCount('limit', query.limit, 500, LARGEST_PAGE);
  const filter = logFilter(query);
  const pages: Promise<LogPage>[] = [];
  if (wanted === null || wanted === parts.cluster) {
    pages.push(Promise.resolve(ownPage(parts, filter)));
    const { worker } = query;
    for (const source of parts.workers()) {
      if (worker !== undefined && worker !== source.worker) continue;
      if (query.scope !== 'manager') pages.push(remotePage(parts, source, request));
    }
  }
  const { peer } = parts;
  if (peer !== null && wanted !== parts.cluster) {
    const { address, cluster } = peer;
    pages.push(remotePage(parts, { address, cluster, worker: null }, request));
  }
  return joined(await Promise.all(pages), limit);
}

function ownPage({ book, cluster }: LogParts, filter: LogFilter): LogPage {
  const all = book.all();
  const records = filter(all);
  const source: RemoteSourceState = { source: cluster, state: 'ok', error: null };
  return { records, total: all.length, hidden: all.length - records.length, sources: [source] };
}

async function remotePage({ ask }: LogParts, remote: RemoteSource, request: RouteRequest): Promise<LogPage> {
  const source = remote.worker ?? remote.cluster;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) if (value) parameters.set(name, value);
  // a worker has another name for itself; the choice of workers was made here
  if (remote.worker !== null) parameters.delete('worker');
  parameters.set('cluster', remote.cluster);
  parameters.set('format', 'json');
  try {
    const page = (await ask(remote.address, `${API}/logs?${parameters}`, request, TIMEOUT)) as LogPage;
    const sources = page.sources.length > 1 ? page.sources : [{ source, state: 'ok' as const, error: null }];
    return { ...page, records: page.records.map((record) => relabelled(record, remote)), sources };
  } catch (error) {
    request.signal.throwIfAborted();
    const state: RemoteSourceState = { source, state: 'unreachable', error: errorText(error) };
    return { records: [], total: 0, hidden: 0, sources: [state] };
  }
}

function joined(pages: readonly LogPage[], limit: number): LogPage {
  const records = pages.flatMap((page) => page.records);
  const order = new Map(records.map((record, index) => [record, index]));
  // of the same second those of one source stay in order
  records.sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || order.get(a)! - order.get(b)!);
  const sum = (key: 'total' | 'hidden'): number => pages.reduce((total, page) => total + page[key], 0);
  return {
    records: records.slice(-limit),
    total: sum('total'),
    hidden: sum('hidden'),
    sources: pages.flatMap((page) => page.sources),
  };
}

function textLine({ time, level, worker, instance, logger, message }: LogEntry): string {
  const where = [worker, instance].filter((part) => part !== null).join(' ');
  return `${time} ${level} ${where === '' ? '' : `[${where}] `}${logger} - ${message.replaceAll('\n', '\\n')}\n`;
}

function jsonLine(record: LogEntry): string {
  return `${formatJson(record)}\n`;
}
