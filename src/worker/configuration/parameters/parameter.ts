import type { PipelineType } from '../expansion.js';
import type { ParameterKind } from '../kinds.js';

/** One letter per pipeline type, as in the tables of the documentation. */
export const TYPE_LETTERS: Readonly<Record<string, PipelineType>> = {
  P: 'processing',
  S: 'stream',
  C: 'custom',
  T: 'store',
  O: 'fanout',
  I: 'fanin',
  X: 'script',
};

/** Whether an update takes effect in a running instance: yes, no, or under which condition. */
export type Dynamic = 'yes' | 'no' | string;

/** One key of a pipeline configuration. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** As written in the documentation: a JSON literal or a remark. */
  readonly default: string;
  /** Letters of `TYPE_LETTERS`. */
  readonly types: string;
  readonly dynamic: Dynamic;
  readonly meaning: string;
  /** Only these built-in functions read the key; another function may use the name for anything. */
  readonly functions?: readonly string[];
}

export interface ParameterSection {
  readonly title: string;
  readonly parameters: readonly Parameter[];
}

/** Shortens the tables; the order of arguments is that of the columns in the documentation. */
export function parameter(
  name: string,
  kind: ParameterKind,
  byDefault: string,
  types: string,
  dynamic: Dynamic,
  meaning: string,
  functions?: readonly string[],
): Parameter {
  return { name, kind, default: byDefault, types, dynamic, meaning, ...(functions && { functions }) };
}
