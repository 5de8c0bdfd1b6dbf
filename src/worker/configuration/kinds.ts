/**
 * Kinds of parameter values: what the table of parameters says about each key. A kind accepts every value with which an
 * instance runs, also unusual ones (numbers as text, 1 for true), because sites keep documents that have always worked;
 * it refuses only what would end the instance or fail every frame.
 */
import { type JsonObject, JsonSyntaxError, type JsonValue, parseJson } from '../../common/json.js';
import { isJsonObject, isTruthy, numberOf } from '../../common/leniency.js';

export interface ParameterKind {
  /** Completes the sentence "It must be …". */
  readonly expected: string;
  /** JSON Schema of the values as they should be written; values that are accepted for old documents' sake are left out. */
  readonly schema: JsonObject;
  /** Null and absent never reach this: they mean the default. */
  accepts(value: JsonValue): boolean;
}

/** Truth as Python has it, of anything but lists and objects. */
export const flag: ParameterKind = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  accepts: isScalar,
};

/** Whatever stands here works. */
export function anything(expected: string, schema: JsonObject = {}): ParameterKind {
  return { expected, schema, accepts: () => true };
}

export const text: ParameterKind = {
  expected: 'a text',
  schema: { type: 'string' },
  accepts: (value) => typeof value === 'string' || !isTruthy(value),
};

/** A name that becomes part of a path: of a background, a script, a library. */
export function nameOf(what: string): ParameterKind {
  return {
    expected: `the name of ${what}`,
    schema: { type: 'string' },
    accepts: (value) => typeof value === 'string' || !isTruthy(value),
  };
}

/** A number; whole ones may be written as text or with decimals, which are cut. */
export function integer(
  minimum = -Number.MAX_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
): ParameterKind {
  const bounded = { below: minimum > -Number.MAX_SAFE_INTEGER, above: maximum < Number.MAX_SAFE_INTEGER };
  const from = bounded.above ? ` from ${minimum}` : ` of at least ${minimum}`;
  const to = bounded.below ? ` to ${maximum}` : ` of at most ${maximum}`;
  return {
    expected: `a whole number${bounded.below ? from : ''}${bounded.above ? to : ''}`,
    schema: { type: 'integer', ...(bounded.below && { minimum }), ...(bounded.above && { maximum }) },
    accepts: (value) => {
      const number = numberOf(value);
      return number !== null && Math.trunc(number) >= minimum && Math.trunc(number) <= maximum;
    },
  };
}

export const anyInteger = integer();

export const number: ParameterKind = {
  expected: 'a number',
  schema: { type: 'number' },
  accepts: (value) => numberOf(value) !== null,
};

/** A number whose literal kind decides about the type of the result, so that text is refused. */
export const literalNumber: ParameterKind = {
  expected: 'a number',
  schema: { type: 'number' },
  accepts: (value) => typeof value !== 'string' && numberOf(value) !== null,
};

/** A text out of `values`; `lenient` ones take any other text as well, with the effect of the first. */
export function choice(values: readonly string[], lenient = false): ParameterKind {
  return {
    expected: values.map((value) => `"${value}"`).join(' or '),
    schema: { enum: [...values] },
    accepts: (value) => {
      if (!isTruthy(value)) return true;
      if (typeof value !== 'string') return false;
      return lenient || values.includes(value.toUpperCase()) || values.includes(value);
    },
  };
}

export const address: ParameterKind = {
  expected: 'an address such as "tcp://host:9999" or "ipc:///tmp/name"',
  schema: { type: 'string', pattern: '^(tcp://.+:(\\d+|\\*)|ipc://.+)$' },
  accepts: (value) =>
    !isTruthy(value) ||
    (typeof value === 'string' && /^(tcp:\/\/.+:(\d{1,5}|\*)|(ipc|inproc):\/\/.+)$/.test(value.trim())),
};

export const compression: ParameterKind = {
  expected: 'true, false, "none", "lz4" or "bitshuffle_lz4"',
  schema: { enum: [true, false, 'none', 'lz4', 'bitshuffle_lz4'] },
  accepts: (value) =>
    value === true || !isTruthy(value) || ['none', 'lz4', 'bitshuffle_lz4'].includes(value as string),
};

export const listOfNames: ParameterKind = {
  expected: 'a list of texts',
  schema: { type: 'array', items: { type: 'string' } },
  accepts: (value) => !isTruthy(value) || isListOfTexts(value),
};

export const nameOrNames: ParameterKind = {
  expected: 'a text or a list of texts',
  schema: { type: ['string', 'array'], items: { type: 'string' } },
  accepts: (value) => !isTruthy(value) || typeof value === 'string' || isListOfTexts(value),
};

/** Channel selection: names or objects, or the JSON text of such a list. */
export const channels: ParameterKind = {
  expected: 'a list of channel names or of objects {"name", "modulo", "offset"}, or such a list as JSON text',
  schema: { type: ['array', 'string'], items: { type: ['string', 'object'] } },
  accepts: (value) => {
    const list = typeof value === 'string' && value !== '' ? parsedOrNull(value) : value;
    if (typeof value === 'string' && value !== '' && list === null) return false;
    return !isTruthy(list) || (Array.isArray(list) && list.every(isChannelSelection));
  },
};

/** `[x, width, y, height]` in pixels. */
export const rectangle: ParameterKind = {
  expected: 'null or four whole numbers [x, width, y, height], width and height at least 1',
  schema: { type: 'array', items: { type: 'integer' }, minItems: 4, maxItems: 4 },
  accepts: (value) => {
    if (!isTruthy(value)) return true;
    if (!Array.isArray(value) || value.length !== 4) return false;
    if (!value.every((item) => typeof item === 'number' && Number.isInteger(item))) return false;
    return (value[1] as number) >= 1 && (value[3] as number) >= 1;
  },
};

export const ROTATION_MODES = [
  'ortho',
  'reflect',
  'nearest',
  'mirror',
  'wrap',
  'constant',
  'grid-wrap',
  'grid-mirror',
  'grid-constant',
] as const;

/** An angle in degrees, or an object of `angle`, `order` and `mode`; what is not an angle means no rotation. */
export const rotation: ParameterKind = {
  expected:
    'a number of degrees or an object {"angle", "order", "mode"} with an order from 1 to 5 and one of the modes ' +
    `${ROTATION_MODES.map((mode) => `"${mode}"`).join(', ')} or a fill value such as "0.0"`,
  schema: {
    type: ['number', 'object'],
    properties: {
      angle: { type: 'number' },
      order: { type: 'integer', minimum: 0, maximum: 5 },
      mode: { type: 'string' },
    },
  },
  accepts: (value) => {
    if (!isJsonObject(value)) return !Array.isArray(value) || value.length === 0;
    const { angle = null, order = null, mode = null } = value;
    if (mode === 'ortho') return angle === null || typeof angle !== 'string';
    if (typeof angle !== 'number' || angle === 0) return true;
    return (!isTruthy(order) || integer(0, 5).accepts(order)) && isRotationMode(mode);
  },
};

/** A section of numbers that is switched on by an object, and off by null or false. */
export function section(
  expected: string,
  properties: Readonly<Record<string, ParameterKind>>,
): ParameterKind {
  return {
    expected,
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(properties).map(([key, kind]) => [key, kind.schema])),
    },
    accepts: (value) => {
      if (!isJsonObject(value)) return !isTruthy(value);
      return Object.entries(properties).every(
        ([key, kind]) => value[key] === undefined || (value[key] !== null && kind.accepts(value[key])),
      );
    },
  };
}

function isScalar(value: JsonValue): boolean {
  return typeof value !== 'object' || Object.keys(value as object).length === 0;
}

function isListOfTexts(value: JsonValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isChannelSelection(value: JsonValue): boolean {
  if (isJsonObject(value)) return typeof value.name === 'string';
  return typeof value === 'string';
}

function isRotationMode(mode: JsonValue): boolean {
  if (!isTruthy(mode) || numberOf(mode) !== null) return true;
  if (typeof mode === 'string' && /^\s*[+-]?(nan|inf|infinity)\s*$/i.test(mode)) return true;
  return ROTATION_MODES.includes(mode as (typeof ROTATION_MODES)[number]);
}

function parsedOrNull(json: string): JsonValue {
  try {
    return parseJson(json);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return null;
    throw error;
  }
}
