/** The keys of a pipeline configuration as JSON Schema, for editors and documentation. */
import type { JsonObject, JsonValue } from '../../common/json.js';
import { PIPELINE_TYPES } from './expansion.js';
import { PARAMETERS, type Parameter, TYPE_LETTERS } from './parameters/index.js';

/** Draft 2020-12. Unknown keys are allowed: functions read their own. */
export function pipelineConfigurationSchema(): JsonObject {
  const properties: JsonObject = {};
  for (const parameter of PARAMETERS) properties[parameter.name] = propertyOf(parameter);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Pipeline configuration',
    type: 'object',
    properties: { ...properties, pipeline_type: { enum: [...PIPELINE_TYPES], default: 'processing' } },
    additionalProperties: true,
  };
}

function propertyOf({ kind, meaning, default: byDefault, types, dynamic }: Parameter): JsonObject {
  const value = defaultOf(byDefault);
  return {
    // null stands for the default
    anyOf: [kind.schema, { type: 'null' }],
    description: meaning,
    ...(value === undefined ? {} : { default: value }),
    'x-pipeline-types': [...types].map((letter) => TYPE_LETTERS[letter]!),
    'x-dynamic': dynamic,
  };
}

/** Some defaults are remarks, not values. */
function defaultOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text.replaceAll('`', '')) as JsonValue;
  } catch {
    return undefined;
  }
}
