/** What differs between two documents. */
import { isDeepStrictEqual } from 'node:util';
import { copyProperty, formatJson, isFloatLiteral, type JsonObject, parseJson } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';

/** `path` (a JSON Pointer, RFC 6901), `kind` (`added`, `removed`, `changed`), `before`, `after`. */
export type JsonChange = JsonObject;

/** Objects are compared key by key, everything else as a whole; `2` and `2.0` differ. */
export function jsonDiff(before: JsonObject, after: JsonObject, path = ''): JsonChange[] {
  const changes: JsonChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [was, is] = [before[key], after[key]];
    if (was === undefined) changes.push(change(at, 'added', { after: literalOf(after, key) }));
    else if (is === undefined) changes.push(change(at, 'removed', { before: literalOf(before, key) }));
    else if (isJsonObject(was) && isJsonObject(is)) changes.push(...jsonDiff(was, is, at));
    else if (!isSame(before, after, key)) {
      const values = { before: literalOf(before, key), after: literalOf(after, key) };
      changes.push(change(at, 'changed', values));
    }
  }
  return changes;
}

function isSame(before: JsonObject, after: JsonObject, key: string): boolean {
  return (
    isDeepStrictEqual(before[key], after[key]) && isFloatLiteral(before, key) === isFloatLiteral(after, key)
  );
}

/** @param values JSON texts, so that 2.0 stays 2.0 under another key */
function change(path: string, kind: string, values: Readonly<Record<string, string>>): JsonChange {
  const members = Object.entries(values).map(([name, text]) => `, "${name}": ${text}`);
  return parseJson(`{"path": ${formatJson(path)}, "kind": "${kind}"${members.join('')}}`) as JsonObject;
}

/** A value as JSON text, `2.0` as such. */
export function literalOf(document: JsonObject, key: string): string {
  const alone: JsonObject = {};
  copyProperty(alone, document, key);
  return formatJson(alone).slice(`{${formatJson(key)}: `.length, -1);
}
