/** The example scripts, which are what a new script starts from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../common/package.js';
import type { FunctionKind } from './types.js';

/** What a script is written for: a function, a camera, or a whole pipeline. */
export type ScriptKind = FunctionKind | 'camera' | 'pipeline';

export interface ScriptTemplate {
  /** File name of the example. */
  readonly name: string;
  readonly kind: ScriptKind;
  readonly language: string;
  readonly text: string;
}

const FOLDER = join(packageRoot, 'config', 'user_scripts');

/** Names are `<kind>_<language>.<ending>`. */
const NAME = /^(image|stream|custom|camera|pipeline)_(\w+)\.\w+$/;

/** Sorted by name. */
export async function scriptTemplates(): Promise<ScriptTemplate[]> {
  const names = (await readdir(FOLDER)).sort();
  const templates = names.map(async (name) => {
    const match = NAME.exec(name);
    if (match === null) return [];
    const text = await readFile(join(FOLDER, name), 'utf8');
    return [{ name, kind: match[1] as ScriptKind, language: match[2]!, text }];
  });
  return (await Promise.all(templates)).flat();
}
