/** Writes JSON as the contract has it. */
import { floatKeys } from './values.js';

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
  const marks = floatKeys(value);
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
