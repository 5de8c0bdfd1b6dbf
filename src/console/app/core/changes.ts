/** What differs between two JSON documents, and how two changes of one document come together. */
import type { Json, JsonRecord } from './plant.js';

export interface Change {
  /** JSON Pointer. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Objects are compared member by member, lists as a whole. */
export function changesBetween(before: JsonRecord, after: JsonRecord, path = ''): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): Change[] => {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [old, now] = [before[name], after[name]];
    if (!(name in before)) return [{ path: place, kind: 'added', before: undefined, after: now }];
    if (!(name in after)) return [{ path: place, kind: 'removed', before: old, after: undefined }];
    if (isRecord(old) && isRecord(now)) return changesBetween(old, now, place);
    return isEqual(old, now) ? [] : [{ path: place, kind: 'changed', before: old, after: now }];
  });
}

export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, index) => isEqual(entry, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => name in b && isEqual(a[name], b[name]))
  );
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface Conflict {
  readonly key: string;
  readonly base: Json | undefined;
  readonly theirs: Json | undefined;
  readonly mine: Json | undefined;
}

export interface Merge {
  /** Both changes where they do not meet; mine where they do. */
  readonly merged: JsonRecord;
  readonly conflicts: readonly Conflict[];
}

/** Three-way by top-level key: a key that only one side changed takes that side's value. */
export function mergeChanges(base: JsonRecord, theirs: JsonRecord, mine: JsonRecord): Merge {
  const merged: JsonRecord = {};
  const conflicts: Conflict[] = [];
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(base)])) {
    const sides = { key, base: base[key], theirs: theirs[key], mine: mine[key] };
    const mineChanged = !isEqual(sides.base, sides.mine);
    const value = mineChanged ? sides.mine : sides.theirs;
    if (mineChanged && !isEqual(sides.base, sides.theirs) && !isEqual(sides.theirs, sides.mine)) {
      conflicts.push(sides);
    }
    if (value !== undefined) merged[key] = value;
  }
  return { merged, conflicts };
}

/** The changes of an instance's configuration as its route takes them: whole top-level keys, and the removed ones by name. */
export function updateFor(before: JsonRecord, after: JsonRecord): { changes: JsonRecord; remove: string[] } {
  const changes: JsonRecord = {};
  for (const [key, value] of Object.entries(after)) if (!isEqual(before[key], value)) changes[key] = value;
  return { changes, remove: Object.keys(before).filter((key) => !(key in after)) };
}

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Longest common subsequence of lines; meant for texts of some thousand lines at most. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)];
}

function diffMiddle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! });
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    ) {
      lines.push({ kind: 'removed', text: a[i]! });
      i += 1;
    } else {
      lines.push({ kind: 'added', text: b[j]! });
      j += 1;
    }
  }
  return lines;
}
