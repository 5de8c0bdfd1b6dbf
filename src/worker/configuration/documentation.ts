/** The page `docs/pipeline-parameters.md`, made from the table of parameters. */
import {
  PARAMETER_SECTIONS,
  type Parameter,
  type ParameterSection,
  TYPE_LETTERS,
} from './parameters/index.js';

export function parameterDocumentation(): string {
  const letters = Object.entries(TYPE_LETTERS).map(([letter, type]) => `${letter} ${type}`);
  return [
    '# Parameters of pipelines',
    '',
    '<!-- Made by `node scripts/pipeline-parameters.mjs` from src/worker/configuration/parameters; do not edit. -->',
    '',
    'The keys of a pipeline configuration. Unknown keys are kept and passed on to functions; a known key with a value that',
    'cannot work is refused on save, creation and update. `null` means the default. Numbers may be written as text, and 1',
    'and 0 instead of true and false.',
    '',
    `Types of pipelines: ${letters.join(', ')}.`,
    '"Dynamic" tells whether an update has an effect on a running instance (types P, S and C only).',
    '',
    ...PARAMETER_SECTIONS.flatMap(sectionLines),
  ].join('\n');
}

function sectionLines({ title, parameters }: ParameterSection): string[] {
  const rows = parameters.map(row);
  return [
    `## ${title}`,
    '',
    '| Name | Value | Default | Types | Dynamic | Meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function row(parameter: Parameter): string {
  const readers = parameter.functions?.filter((name) => name !== '' && name !== 'processor');
  const cells = [
    `\`${parameter.name}\``,
    parameter.kind.expected,
    parameter.default,
    parameter.types.length === Object.keys(TYPE_LETTERS).length ? 'all' : [...parameter.types].join(' '),
    parameter.dynamic,
    parameter.meaning + (readers === undefined ? '' : ` Functions: ${readers.join(', ')}.`),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
