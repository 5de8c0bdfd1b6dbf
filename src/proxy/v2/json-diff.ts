/** What differs between two documents. */
import { isDeepStrictEqual } from 'node:util';
import { isFloatLiteral, type JsonObject, type JsonValue } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';

export interface JsonChange {
  /** JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** Objects are compared key by key, everything else as a whole; `2` and `2.0` differ. */
export function jsonDiff(before: JsonObject, after: JsonObject, path = ''): JsonChange[] {
  const changes: JsonChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [was, is] = [before[key], after[key]];
    if (was === undefined) changes.push({ path: at, kind: 'added', after: is! });
    else if (is === undefined) changes.push({ path: at, kind: 'removed', before: was });
    else if (isJsonObject(was) && isJsonObject(is)) changes.push(...jsonDiff(was, is, at));
    else if (!isSame(before, after, key)) changes.push({ path: at, kind: 'changed', before: was, after: is });
  }
  return changes;
}

function isSame(before: JsonObject, after: JsonObject, key: string): boolean {
  return (
    isDeepStrictEqual(before[key], after[key]) && isFloatLiteral(before, key) === isFloatLiteral(after, key)
  );
}
