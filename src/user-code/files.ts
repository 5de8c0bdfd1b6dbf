/** Finds the file of a function that users wrote. */
import { access } from 'node:fs/promises';
import { extname, isAbsolute, resolve } from 'node:path';
import { CamServerError } from '../common/errors.js';
import { ScriptStore } from '../storage/code-store.js';
import type { FunctionFile, FunctionLanguage } from './types.js';

const LANGUAGES: Readonly<Record<string, FunctionLanguage>> = {
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.ts': 'javascript',
  '.py': 'python',
  '.c': 'c',
  '.so': 'c',
};

/** The language of a script by the ending of its name; null: none that can run. */
export function languageOf(name: string): FunctionLanguage | null {
  return LANGUAGES[extname(name)] ?? null;
}

/**
 * The file that `function` names: a path when it contains a slash, else a script of the folder, with or without extension.
 * @returns null when there is no such file, so that it may be a built-in function
 * @throws CamServerError when the file is of no language that can run
 */
export async function findFunctionFile(name: string, folder: string): Promise<FunctionFile | null> {
  const path = name.includes('/') ? await existing(name, folder) : await new ScriptStore(folder).path(name);
  if (path === null) return null;
  const language = languageOf(path);
  if (language !== null) return { name, path, language };
  throw new CamServerError(
    'INVALID_FUNCTION',
    `'${extname(path)}' files cannot be run; functions are files of type ${Object.keys(LANGUAGES).join(', ')}`,
  );
}

async function existing(name: string, folder: string): Promise<string | null> {
  const path = isAbsolute(name) ? name : resolve(folder, name);
  const endings = extname(name) === '' ? Object.keys(LANGUAGES) : [''];
  for (const candidate of endings.map((ending) => path + ending)) {
    try {
      await access(candidate);
      return candidate;
    } catch {
      // the next one may be there
    }
  }
  return null;
}
