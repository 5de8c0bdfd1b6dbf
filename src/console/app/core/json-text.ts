/** JSON as people type it: where it is wrong, in their words. */
import type { Json, JsonRecord } from './plant.js';

export interface TextProblem {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Characters from the start. */
  readonly position: number;
}

export type ParsedText =
  | { readonly value: JsonRecord; readonly problem: null }
  | { readonly value: null; readonly problem: TextProblem };

/** A document must be an object. */
export function parseDocument(text: string): ParsedText {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return {
      value: null,
      problem: describeProblem(text, error instanceof Error ? error.message : String(error)),
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = 'A configuration is an object: it begins with { and ends with }.';
    return { value: null, problem: { message, line: 1, column: 1, position: 0 } };
  }
  const twice = duplicateKey(text);
  if (twice !== null) return { value: null, problem: twice };
  return { value, problem: null };
}

/** Browsers tell the place as "position 25", "line 2 column 24", or not at all for an unexpected end. */
function describeProblem(text: string, message: string): TextProblem {
  const position = positionIn(text, message);
  const before = text.slice(0, position).trimEnd();
  if (before.endsWith(',') && /[}\]]/.test(text[position] ?? '')) {
    return problemAt(text, before.length - 1, 'Trailing comma: nothing follows it.');
  }
  if (text[position] === "'") return problemAt(text, position, 'Texts are written in double quotes.');
  if (position >= text.trimEnd().length)
    return problemAt(text, position, 'The text ends too early: something is not closed.');
  return problemAt(
    text,
    position,
    message.replace(/ in JSON at position.*$/s, '').replace(/^JSON\.parse: /, ''),
  );
}

function positionIn(text: string, message: string): number {
  const position = /position (\d+)/.exec(message);
  if (position !== null) return Number(position[1]);
  const place = /line (\d+) column (\d+)/.exec(message);
  if (place === null) return text.trimEnd().length;
  const lines = text.split('\n').slice(0, Number(place[1]) - 1);
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(place[2]) - 1;
}

function problemAt(text: string, position: number, message: string): TextProblem {
  const before = text.slice(0, position).split('\n');
  return { message, line: before.length, column: before.at(-1)!.length + 1, position };
}

/** JSON lets the last of two equal keys win in silence, which is never meant. Looks at the top level. */
function duplicateKey(text: string): TextProblem | null {
  const seen = new Set<string>();
  for (const { key, position } of topLevelKeys(text)) {
    if (seen.has(key)) return problemAt(text, position, `The key "${key}" stands here twice.`);
    seen.add(key);
  }
  return null;
}

/** Keys of the outermost object, with their places. @param text valid JSON */
export function topLevelKeys(text: string): { key: string; position: number }[] {
  const keys: { key: string; position: number }[] = [];
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = match[0];
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && match[1] !== undefined) {
      const quoted = token.slice(0, token.length - match[1].length);
      keys.push({ key: JSON.parse(quoted) as string, position: match.index });
    }
  }
  return keys;
}

/** Line of a key of the outermost object, from 1; null when it is not there. */
export function lineOfKey(text: string, key: string): number | null {
  const found = topLevelKeys(text).find((entry) => entry.key === key);
  return found === undefined ? null : text.slice(0, found.position).split('\n').length;
}
