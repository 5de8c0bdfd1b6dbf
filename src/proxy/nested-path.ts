/**
 * Access to parts of an answer by a path (`/proxy/info/servers/0/load`), for scripts and EPICS gateways that cannot parse
 * JSON.
 */
import { CamServerError } from '../common/errors.js';
import { formatJson } from '../common/json.js';

/**
 * Applies the elements of `path` from left to right: `_keys`, `_values`, `_split_<separator>`, an index (of a list, or of the
 * values of an object; negative ones count from the end), or a key.
 * @throws CamServerError whose text is the missing key in quotes, as clients know it
 */
export function resolvePath(value: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>(step, value);
}

function step(value: unknown, element: string): unknown {
  if (element === '_keys' && isObject(value)) return Object.keys(value);
  if (element === '_values' && isObject(value)) return Object.values(value);
  if (element.startsWith('_split_')) return split(value, element.slice('_split_'.length));
  if (/^-?\d+$/.test(element)) {
    const items = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    const item = items.at(Number(element));
    if (item !== undefined) return item;
  }
  if (isObject(value) && Object.hasOwn(value, element)) return value[element];
  throw new CamServerError('UNKNOWN_PATH', `'${element}'`);
}

function split(value: unknown, separator: string): string[] {
  if (separator === '') throw new CamServerError('UNKNOWN_PATH', 'empty separator');
  return (typeof value === 'string' ? value : formatJson(value)).split(separator);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
