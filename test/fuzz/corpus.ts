/**
 * Hostile inputs that are kept (`test/fixtures/hostile`), one file per kind of input, and the ways to make more of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/common/package.js';

export interface HostileInput {
  readonly name: string;
  readonly bytes: Buffer;
}

/** `text`, `base64`, or `before`, `repeat` × `count`, `after`: what is long need not be long in the tree. */
interface StoredInput {
  readonly name: string;
  readonly text?: string;
  readonly base64?: string;
  readonly before?: string;
  readonly repeat?: string;
  readonly count?: number;
  readonly after?: string;
}

/** @param kind name of the file without `.json` */
export function hostileInputs(kind: string): HostileInput[] {
  const path = join(packageRoot, 'test', 'fixtures', 'hostile', `${kind}.json`);
  const stored = JSON.parse(readFileSync(path, 'utf8')) as StoredInput[];
  return stored.map((input) => ({ name: input.name, bytes: bytesOf(input) }));
}

export function hostileTexts(kind: string): string[] {
  return hostileInputs(kind).map(({ bytes }) => bytes.toString('utf8'));
}

function bytesOf({ text, base64, before = '', repeat = '', count = 0, after = '' }: StoredInput): Buffer {
  if (text !== undefined) return Buffer.from(text);
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return Buffer.from(before + repeat.repeat(count) + after, 'latin1');
}

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function randomGenerator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pickFrom<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Pieces that parsers stumble over. */
const PIECES = [
  '[',
  '{',
  '"',
  '\\',
  '\0',
  '-1',
  '1e999',
  'NaN',
  'null',
  '9'.repeat(30),
  '__proto__',
  '\n',
  ',',
];

/** Values that documents should not have where they are put. */
const VALUES = [
  'null',
  '[]',
  '{}',
  '-1',
  '1.5',
  '1e300',
  '4294967296',
  'NaN',
  '""',
  '"../x"',
  'true',
  '[null]',
  '{"a": []}',
];

/** The bytes with some changed, cut out, doubled, with a piece put in, or with another value in place of one of JSON. */
export function mutateBytes(bytes: Buffer, random: () => number): Buffer {
  const pick = (limit: number): number => Math.floor(random() * limit);
  let mutated = Buffer.from(bytes);
  for (let count = 1 + pick(3); count > 0; count -= 1) {
    const from = pick(mutated.length + 1);
    const to = Math.min(mutated.length, from + pick(20));
    const [head, middle, tail] = [
      mutated.subarray(0, from),
      mutated.subarray(from, to),
      mutated.subarray(to),
    ];
    switch (pick(7)) {
      case 0:
        for (let index = 0; index < middle.length; index += 1) middle[index] = pick(256);
        break;
      case 1:
        mutated = Buffer.concat([head, tail]);
        break;
      case 2:
        mutated = Buffer.concat([head, middle, middle, tail]);
        break;
      case 3:
        mutated = Buffer.from(head);
        break;
      case 4:
        mutated = Buffer.concat([head, Buffer.from(pickFrom(PIECES, random)), tail]);
        break;
      default:
        mutated = withOtherValue(mutated, random);
    }
  }
  return mutated;
}

function withOtherValue(bytes: Buffer, random: () => number): Buffer<ArrayBuffer> {
  const text = bytes.toString('latin1');
  const values = [...text.matchAll(/"[^"]*"(?!\s*:)|-?\d+(?:\.\d+)?|true|false|null/g)];
  if (values.length === 0) return Buffer.from(bytes);
  const { 0: old, index } = pickFrom(values, random);
  return Buffer.from(
    text.slice(0, index) + pickFrom(VALUES, random) + text.slice(index + old.length),
    'latin1',
  );
}
