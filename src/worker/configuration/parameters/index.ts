/**
 * Every key of a pipeline configuration that CamServer knows: its kind, default, and meaning. Checks of configurations and
 * `docs/pipeline-parameters.md` are made from this one table.
 */
import { identity } from './identity.js';
import { functionParameters, imagePreparation, parallelism, processingFunction } from './image.js';
import { errorHandling, output } from './output.js';
import type { Parameter, ParameterSection } from './parameter.js';
import { merging, receiveControl, source } from './source.js';

export { type Parameter, type ParameterSection, TYPE_LETTERS } from './parameter.js';

export const PARAMETER_SECTIONS: readonly ParameterSection[] = [
  identity,
  source,
  merging,
  receiveControl,
  imagePreparation,
  processingFunction,
  functionParameters,
  parallelism,
  output,
  errorHandling,
];

export const PARAMETERS: readonly Parameter[] = PARAMETER_SECTIONS.flatMap((section) => section.parameters);
