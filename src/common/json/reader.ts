/** Reads JSON and notes which numbers were written as floats. */
import { type JsonObject, type JsonValue, markFloat, setOwn } from './values.js';

/** A text that is not JSON; `message` has the form that Python clients know. */
export class JsonSyntaxError extends Error {
  override name = 'JsonSyntaxError';
}

/** Nesting beyond this is refused: no configuration comes near, and the reader recurses. */
const MAXIMUM_DEPTH = 200;

/** A number that is whole but written as a float. In a string it is found as well, which costs only time. */
const WHOLE_FLOAT = /[\s:,[]-?\d+(?:\.0+|(?:\.\d+)?[eE][+-]?\d+)\s*[,}\]]/;

/**
 * Reads the answer of another server: as `parseJson`, but many times faster when no float of the text has a whole value.
 * Nesting has no bound.
 * @throws JsonSyntaxError
 */
export function parseAnswer(text: string): JsonValue {
  if (WHOLE_FLOAT.test(text)) return parseJson(text);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // bare words such as NaN, or a fault that `parseJson` describes
    return parseJson(text);
  }
}

/**
 * Reads JSON text and notes which numbers were written as floats. Accepts the bare words NaN, Infinity and -Infinity that
 * Python clients send.
 * @throws JsonSyntaxError, for example `Expecting value: line 1 column 1 (char 0)`
 */
export function parseJson(text: string): JsonValue {
  return new Reader(text).document();
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const WORDS: [string, JsonValue][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

class Reader {
  private position = 0;
  private lastNumberWasFloat = false;

  constructor(private readonly text: string) {}

  document(): JsonValue {
    this.skipBlanks();
    const value = this.value(0);
    this.skipBlanks();
    if (this.position < this.text.length) throw this.error('Extra data');
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > MAXIMUM_DEPTH) throw this.error(`Nesting deeper than ${MAXIMUM_DEPTH} levels`);
    const character = this.text[this.position];
    if (character === '{') return this.object(depth);
    if (character === '[') return this.array(depth);
    if (character === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    return this.number();
  }

  private object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.position += 1;
    this.skipBlanks();
    if (this.take('}')) return object;
    for (;;) {
      if (this.text[this.position] !== '"') {
        throw this.error('Expecting property name enclosed in double quotes');
      }
      const key = this.string();
      this.skipBlanks();
      if (!this.take(':')) throw this.error("Expecting ':' delimiter");
      this.skipBlanks();
      this.store(object, key, depth);
      if (this.take('}')) return object;
      if (!this.take(',')) throw this.error("Expecting ',' delimiter");
      this.skipBlanks();
    }
  }

  private array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.position += 1;
    this.skipBlanks();
    if (this.take(']')) return array;
    for (;;) {
      this.store(array, String(array.length), depth);
      if (this.take(']')) return array;
      if (!this.take(',')) throw this.error("Expecting ',' delimiter");
      this.skipBlanks();
    }
  }

  private store(container: object, key: string, depth: number): void {
    const value = this.value(depth + 1);
    setOwn(container, key, value);
    if (typeof value === 'number' && this.lastNumberWasFloat && Number.isInteger(value)) {
      markFloat(container, key);
    }
    this.skipBlanks();
  }

  private number(): number {
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.error('Expecting value');
    this.position += match[0].length;
    this.lastNumberWasFloat = match[1] !== undefined || match[2] !== undefined;
    return Number(match[0]);
  }

  private string(): string {
    const start = this.position;
    this.position += 1;
    let text = '';
    for (;;) {
      PLAIN_CHARACTERS.lastIndex = this.position;
      const plain = PLAIN_CHARACTERS.exec(this.text)?.[0] ?? '';
      text += plain;
      this.position += plain.length;
      const character = this.text[this.position];
      if (character === '"') {
        this.position += 1;
        return text;
      }
      if (character === undefined) throw this.error('Unterminated string starting at', start);
      if (character !== '\\') throw this.error('Invalid control character at');
      text += this.escape(start);
    }
  }

  private escape(start: number): string {
    const code = this.text[this.position + 1];
    if (code === undefined) throw this.error('Unterminated string starting at', start);
    if (code === 'u') {
      const digits = this.text.slice(this.position + 2, this.position + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.error('Invalid \\uXXXX escape', this.position + 1);
      this.position += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = ESCAPES[code];
    if (character === undefined) throw this.error('Invalid \\escape');
    this.position += 2;
    return character;
  }

  private take(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  private skipBlanks(): void {
    BLANKS.lastIndex = this.position;
    this.position += BLANKS.exec(this.text)?.[0].length ?? 0;
  }

  private error(what: string, at = this.position): JsonSyntaxError {
    const before = this.text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    return new JsonSyntaxError(`${what}: line ${line} column ${column} (char ${at})`);
  }
}
