/** The audit logs of this server and of the one of the other cluster. */
import { CamServerError, errorText } from '../../common/errors.js';
import { formatJson } from '../../common/json.js';
import {
  defineRoute,
  jsonAnswer,
  ProblemError,
  RawAnswer,
  type Route,
  type RouteRequest,
} from '../../http/index.js';
import {
  type AuditFilter,
  type AuditLog,
  findAuditRecords,
  type StoredAuditRecord,
} from '../../storage/index.js';
import { type AuditPage, joinPages, readPositions } from './audit-pages.js';
import { readCount, readTime } from './log-filter.js';
import { askJson, type Peer } from './peer.js';
import type { ClusterName } from './records.js';
import { API, listOf, object, objectOf } from './schemas.js';
import { readCluster } from './snapshot-routes.js';

const LARGEST_PAGE = 10_000;
const FORMATS = ['json', 'csv', 'jsonl'];
/** Milliseconds for the other server. */
const TIMEOUT = 5000;

export interface AuditParts {
  readonly cluster: ClusterName;
  readonly log: AuditLog;
  /** The server of the other cluster; null: this server shows its own only. */
  readonly peer: Peer | null;
}

export function auditRoutes(parts: AuditParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/audit`,
      tag: 'audit',
      summary: 'Who changed what, newest first; a cluster that does not answer is named',
      query: {
        cluster: { description: 'pipelines or cameras; default both' },
        actor: { description: 'Name of the user, or an address of anonymous clients' },
        action: { description: 'config.save, or a group such as config' },
        target: { description: 'Text that the target contains' },
        result: { description: 'ok, error or refused' },
        from: { description: 'ISO time, or -7d' },
        to: { description: 'ISO time, or -1h' },
        limit: { description: `1 to ${LARGEST_PAGE}; default 200` },
        before: { description: '`next` of the page before' },
        format: { description: FORMATS.join(', ') },
      },
      response: { kind: 'json', schema: objectOf({ records: listOf(object), sources: listOf(object) }) },
      handler: async (request) => {
        const { format = 'json' } = request.query;
        if (!FORMATS.includes(format)) throw invalid(`format: '${format}' is none of ${FORMATS.join(', ')}.`);
        const page = await search(parts, request);
        if (format === 'json') return jsonAnswer(page);
        const body = format === 'csv' ? csv(page.records) : page.records.map(line).join('');
        const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8';
        return new RawAnswer(type, body, 200, {
          'Content-Disposition': `attachment; filename="audit.${format}"`,
        });
      },
    }),
  ];
}

interface FoundRecords {
  readonly records: readonly StoredAuditRecord[];
  readonly next: number | string | null;
  readonly sources: readonly AuditSource[];
}

interface AuditSource {
  readonly source: ClusterName;
  readonly state: 'ok' | 'unreachable';
  readonly error: string | null;
}

async function search({ cluster, log, peer }: AuditParts, request: RouteRequest): Promise<FoundRecords> {
  const { query } = request;
  const wanted = readCluster(query.cluster) ?? (peer === null ? cluster : null);
  const limit = readCount('limit', query.limit, 200, LARGEST_PAGE);
  const before = readPositions(query.before, wanted);
  const pages = new Map<ClusterName, AuditPage>();
  const sources: AuditSource[] = [];
  const add = async (source: ClusterName, page: Promise<AuditPage>): Promise<void> => {
    try {
      pages.set(source, await page);
      sources.push({ source, state: 'ok', error: null });
    } catch (error) {
      request.signal.throwIfAborted();
      sources.push({ source, state: 'unreachable', error: errorText(error) });
    }
  };
  const own = async (): Promise<AuditPage> =>
    findAuditRecords(log.folder, { ...readFilter(query), limit, before: before[cluster] ?? null });
  if (wanted === cluster) {
    return { ...(await own()), sources: [{ source: cluster, state: 'ok', error: null }] };
  }
  if (peer === null) throw new ProblemError(404, 'UNKNOWN_CLUSTER', `The ${wanted} are not known here.`);
  await Promise.all([
    ...(wanted === null ? [add(cluster, own())] : []),
    add(peer.cluster, peerPage(peer, request, before[peer.cluster])),
  ]);
  if (wanted === null) return { ...joinPages(pages, limit, before), sources };
  const page = pages.get(wanted);
  if (page === undefined) throw new ProblemError(502, 'SERVER_UNREACHABLE', sources[0]!.error!);
  return { ...page, sources };
}

/** @throws Error when the other server does not answer, or refuses */
async function peerPage(peer: Peer, request: RouteRequest, before: number | undefined): Promise<AuditPage> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) if (value) parameters.set(name, value);
  parameters.set('cluster', peer.cluster);
  parameters.set('format', 'json');
  parameters.delete('before');
  if (before !== undefined) parameters.set('before', String(before));
  const path = `${API}/audit?${parameters}`;
  return (await askJson(peer.address, path, peer.headers, request, TIMEOUT)) as AuditPage;
}

function readFilter(query: RouteRequest['query']): Pick<AuditFilter, 'from' | 'matches'> {
  const { actor, action, target, result } = query;
  const to = readTime('to', query.to);
  return {
    from: readTime('from', query.from),
    matches: (record) => {
      if (actor && record.actor !== actor && !(record.actor === null && record.address === actor))
        return false;
      if (action && record.action !== action && !String(record.action).startsWith(`${action}.`)) return false;
      if (
        target &&
        !String(record.target ?? '')
          .toLowerCase()
          .includes(target.toLowerCase())
      )
        return false;
      if (result && record.result !== result) return false;
      return to === null || Date.parse(String(record.time)) <= to;
    },
  };
}

function line(record: StoredAuditRecord): string {
  return `${formatJson(record)}\n`;
}

const COLUMNS = [
  'sequence',
  'time',
  'cluster',
  'actor',
  'role',
  'address',
  'client',
  'action',
  'target',
  'result',
  'error',
  'reason',
  'before',
  'after',
  'request_id',
  'hash',
];

function csv(records: readonly StoredAuditRecord[]): string {
  const rows = records.map((record) => COLUMNS.map((column) => cell(record[column])).join(','));
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

/** Quoted, and never a formula for the program that opens the table. */
function cell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_QUERY', message);
}
