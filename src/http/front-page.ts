/**
 * The page at `/`: what runs here. It needs no script and nothing from other servers, so it works in closed networks.
 */
import type { JsonObject, JsonValue } from '../common/json.js';
import { packageVersion } from '../common/package.js';

const STYLE = `body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.3em .7em;text-align:left}`;

/** Column heading and the member of the instance record that fills it. */
const COLUMNS: readonly [heading: string, read: (record: JsonObject) => JsonValue | undefined][] = [
  ['Stream', (record) => record.stream_address],
  ['Host', (record) => record.host],
  ['Started', (record) => record.last_start_time],
  ['Clients', (record) => statistic(record, 'clients')],
  ['Received', (record) => statistic(record, 'rx')],
  ['Sent', (record) => statistic(record, 'tx')],
  ['CPU %', (record) => statistic(record, 'cpu')],
];

/** @param instances `active_instances` of the server's info */
export function frontPage(title: string, instances: JsonObject): string {
  const rows = Object.entries(instances).map(([name, record]) => {
    const cells = COLUMNS.map(([, read]) => `<td>${escapeHtml(isObject(record) ? read(record) : null)}</td>`);
    return `<tr><th>${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  const headings = COLUMNS.map(([heading]) => `<th>${heading}</th>`).join('');
  const table = `<table><tr><th>Instance</th>${headings}</tr>${rows.join('')}</table>`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1><p>CamServer ${packageVersion}</p>
${rows.length === 0 ? '<p>No instance is running.</p>' : table}
<p><a href="/api/v1/logs/txt">Log</a> · <a href="/api/v1/openapi.json">API</a> · <a href="/metrics">Metrics</a></p>
</body></html>
`;
}

/** Text for HTML content and attributes. */
export function escapeHtml(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function statistic(record: JsonObject, name: string): JsonValue | undefined {
  return isObject(record.statistics) ? record.statistics[name] : null;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
