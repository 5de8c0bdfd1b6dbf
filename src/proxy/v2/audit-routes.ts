/** The audit log of this server. */
import { CamServerError } from '../../common/errors.js';
import { formatJson } from '../../common/json.js';
import { defineRoute, jsonAnswer, RawAnswer, type Route, type RouteRequest } from '../../http/index.js';
import {
  type AuditFilter,
  type AuditLog,
  findAuditRecords,
  type StoredAuditRecord,
} from '../../storage/index.js';
import { readCount, readTime } from './log-filter.js';
import { API, object } from './schemas.js';

const LARGEST_PAGE = 10_000;
const FORMATS = ['json', 'csv', 'jsonl'];

export function auditRoutes(log: AuditLog): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/audit`,
      tag: 'audit',
      summary: 'Who changed what, newest first',
      query: {
        cluster: { description: 'pipelines or cameras; default: of this server' },
        actor: { description: 'Name of the user, or an address of anonymous clients' },
        action: { description: 'config.save, or a group such as config' },
        target: { description: 'Text that the target contains' },
        result: { description: 'ok, error or refused' },
        from: { description: 'ISO time, or -7d' },
        to: { description: 'ISO time, or -1h' },
        limit: { description: `1 to ${LARGEST_PAGE}; default 200` },
        before: { description: 'Only records with a smaller sequence: the next page' },
        format: { description: FORMATS.join(', ') },
      },
      response: { kind: 'json', schema: object },
      handler: async ({ query }) => {
        const { format = 'json' } = query;
        if (!FORMATS.includes(format)) throw invalid(`format: '${format}' is none of ${FORMATS.join(', ')}.`);
        const page = await findAuditRecords(log.folder, readFilter(query));
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

function readFilter(query: RouteRequest['query']): AuditFilter {
  const { actor, action, target, result } = query;
  const to = readTime('to', query.to);
  return {
    before: query.before ? readCount('before', query.before, 1, Number.MAX_SAFE_INTEGER) : null,
    limit: readCount('limit', query.limit, 200, LARGEST_PAGE),
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
