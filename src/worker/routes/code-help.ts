/** Help for people who write scripts: checking a text before it is stored, and texts to start from. */
import { defineRoute, type JsonSchema, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { type CheckOptions, checkSource } from '../../user-code/check.js';
import { UserCodeError } from '../../user-code/error.js';
import { scriptTemplates } from '../../user-code/templates.js';

const text: JsonSchema = { type: 'string' };
const position: JsonSchema = { type: ['integer', 'null'], minimum: 1 };
const list = (properties: JsonSchema): JsonSchema => ({
  type: 'array',
  items: { type: 'object', properties },
});

/** Milliseconds; a compiler may take its time on a busy machine. */
const DEADLINE = 120_000;

/** @param base `/api/v2` */
export function codeHelpRoutes(base: string, options: CheckOptions): Route[] {
  const tag = 'scripts';
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/scripts/check`,
      tag,
      summary:
        'What is wrong with the text of a script; the ending of the name tells the language. Nothing is stored',
      isReadOnly: true,
      role: 'operator',
      deadline: DEADLINE,
      body: {
        kind: 'object',
        what: 'script to be checked',
        required: true,
        schema: { type: 'object', required: ['name', 'text'], properties: { name: text, text } },
      },
      response: {
        kind: 'json',
        schema: {
          type: 'object',
          properties: {
            valid: { type: 'boolean' },
            diagnostics: list({
              severity: { enum: ['error', 'warning'] },
              line: position,
              column: position,
              message: text,
            }),
          },
        },
      },
      handler: async ({ body: { name, text: source } }) => {
        if (typeof name !== 'string' || typeof source !== 'string') {
          throw new ProblemError(422, 'INVALID_BODY', 'The body needs the texts "name" and "text".');
        }
        const diagnostics = await check(name, source, options);
        return jsonAnswer({ valid: diagnostics.every(({ severity }) => severity !== 'error'), diagnostics });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/scripts/templates`,
      tag,
      summary: 'An example script of each kind in each language, to start from',
      response: {
        kind: 'json',
        schema: {
          type: 'object',
          properties: { templates: list({ name: text, kind: text, language: text, text }) },
        },
      },
      handler: async () => jsonAnswer({ templates: await scriptTemplates() }),
    }),
  ];
}

/** A tool that is not installed is no fault of the script. */
async function check(name: string, source: string, options: CheckOptions) {
  try {
    return await checkSource(name, source, options);
  } catch (error) {
    if (!(error instanceof UserCodeError)) throw error;
    throw new ProblemError(501, 'NO_TOOL', `'${name}' cannot be checked here: ${error.message}`);
  }
}
