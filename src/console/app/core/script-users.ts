/** Which running instances a script is in, and in which language it is written. */
import type { InstanceRecord } from './plant.js';

const LANGUAGES: Readonly<Record<string, string>> = {
  py: 'Python',
  js: 'JavaScript',
  mjs: 'JavaScript',
  ts: 'TypeScript',
  c: 'C',
  so: 'compiled C',
};

/** Configurations name a script with or without its ending. */
export function runsScript({ script }: Pick<InstanceRecord, 'script'>, file: string): boolean {
  return script !== null && (script === file || script === file.replace(/\.[^.]+$/, ''));
}

export function languageOfFile(file: string): string | null {
  return LANGUAGES[file.slice(file.lastIndexOf('.') + 1).toLowerCase()] ?? null;
}
