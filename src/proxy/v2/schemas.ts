/** Pieces of JSON Schema that the routes share. */
import type { JsonSchema } from '../../http/index.js';

export const API = '/api/v2';

export const object: JsonSchema = { type: 'object' };
export const text: JsonSchema = { type: 'string' };
export const nullableText: JsonSchema = { type: ['string', 'null'] };
export const integer: JsonSchema = { type: 'integer' };

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function objectOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}
