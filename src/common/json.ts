/**
 * JSON as the contract has it: separators with a blank, non-ASCII escaped, non-finite numbers as null, and floats that keep
 * their decimal point. JavaScript has one number type, but the type of `image_scale` 2 differs from that of 2.0; so the
 * reader notes, beside each object or array, which of its numbers were written as floats although their value is whole.
 */

const FLOAT_KEYS = Symbol('keys whose literal is a float');

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

type Container = { [FLOAT_KEYS]?: Set<string> };

/** Whether the number under `key` was written with a decimal point or an exponent, or is not whole. */
export function isFloatLiteral(container: object, key: string): boolean {
  const value = (container as Record<string, unknown>)[key];
  if (typeof value !== 'number') return false;
  return !Number.isInteger(value) || ((container as Container)[FLOAT_KEYS]?.has(key) ?? false);
}

/**
 * Sets a property and carries over whether its literal was a float in `source`.
 * Use it wherever keys move from one configuration object to another.
 */
export function copyProperty(target: JsonObject, source: JsonObject, key: string): void {
  const isFloat = (source as Container)[FLOAT_KEYS]?.has(key) ?? false;
  setOwn(target, key, source[key]);
  const marks = (target as Container)[FLOAT_KEYS];
  if (isFloat) markFloat(target, key);
  else marks?.delete(key);
}

/** A new object with the keys of `base` overlaid by those of `overlay`; literal kinds are kept. */
export function mergeObjects(base: JsonObject, overlay: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const source of [base, overlay])
    for (const key of Object.keys(source)) copyProperty(merged, source, key);
  return merged;
}

/** A deep copy with literal kinds kept. */
export function cloneJson<T extends JsonValue>(value: T): T {
  return parseJson(formatJson(value)) as T;
}

function markFloat(container: object, key: string): void {
  const marks = (container as Container)[FLOAT_KEYS];
  if (marks !== undefined) marks.add(key);
  else Object.defineProperty(container, FLOAT_KEYS, { value: new Set([key]), enumerable: false });
}

/** `__proto__` from a request becomes a plain own key instead of a prototype. */
function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}

/** JSON text made before, to be written as it is in place of a value. */
export class PreparedJson {
  constructor(readonly text: string) {}
}

/**
 * Writes a value as one line of ASCII: `{"a": [1, 2.5], "b": null}`.
 * Whole numbers are written without a decimal point unless they were read as floats; `bigint` is written in full.
 * Keys with the value undefined are left out.
 * @param indent blanks per level; then each entry stands on its own line, as in stored configuration files
 */
export function formatJson(value: unknown, indent = 0): string {
  return write(value, false, indent, 0);
}

const NOT_ASCII = /[\u007f-\uffff]/;
const EACH_NOT_ASCII = /[\u007f-\uffff]/g;

function write(value: unknown, isFloat: boolean, indent: number, level: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return formatNumber(value, isFloat);
  if (typeof value === 'string') return formatString(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') throw new TypeError(`A ${typeof value} cannot be written as JSON`);
  if (value instanceof PreparedJson) return value.text;
  const margin = indent === 0 ? '' : `\n${' '.repeat(indent * (level + 1))}`;
  const separator = indent === 0 ? ', ' : `,${margin}`;
  const marks = (value as Container)[FLOAT_KEYS];
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  // one growing text: managers write megabytes per second, and lists of parts would be garbage
  let text = '';
  const append = (part: string): void => {
    text += text === '' ? part : separator + part;
  };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      append(write(value[index], marks?.has(String(index)) ?? false, indent, level + 1));
    }
  } else {
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (item === undefined) continue;
      append(`${formatString(key)}: ${write(item, marks?.has(key) ?? false, indent, level + 1)}`);
    }
  }
  if (text === '') return `${open}${close}`;
  return `${open}${margin}${text}${margin.slice(0, margin.length - indent)}${close}`;
}

function formatString(text: string): string {
  const quoted = JSON.stringify(text);
  return NOT_ASCII.test(quoted) ? quoted.replace(EACH_NOT_ASCII, escapeCharacter) : quoted;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The shortest decimal text, with exponents where Python's float format has them (below 1e-4, from 1e16). */
function formatNumber(value: number, isFloat: boolean): string {
  if (!Number.isFinite(value)) return 'null';
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isInteger(value) && !isFloat) {
    return Math.abs(value) < 1e21 ? value.toString() : BigInt(value).toString();
  }
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : value.toString();
}

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
