import { readFile } from 'node:fs/promises';
import type { JsonObject } from '../common/json.js';
import type { InstanceLog } from '../instances/types.js';
import { compileFunction, hostCommand, interfaceOf } from './c/build.js';
import { cacheFolder } from './cache.js';
import { HostFunction } from './host/host-function.js';
import type { HostCommand } from './host/host-process.js';
import { ScriptFunction } from './javascript/script-function.js';
import { pythonCommand } from './python.js';
import type { FunctionFile, HostedKind, UserFunction, UserFunctionOptions } from './types.js';

/**
 * Loads a user's function of kind `stream` or `custom`.
 * @throws UserCodeError when it cannot be loaded
 */
export function openUserFunction(options: UserFunctionOptions): Promise<UserFunction> {
  if (options.file.language === 'javascript') return ScriptFunction.open(options);
  return openHostFunction({ ...options, folder: options.scriptFolder });
}

export interface HostedFunctionOptions {
  readonly file: FunctionFile;
  readonly kind: HostedKind;
  /** Of the scripts. */
  readonly folder: string;
  /** Processes. */
  readonly parallel: number;
  readonly parameters: JsonObject;
  readonly python: string | null;
  readonly log: InstanceLog;
}

/**
 * Loads a function of any kind that runs in processes of its own.
 * @throws UserCodeError when it cannot be loaded
 */
export async function openHostFunction(options: HostedFunctionOptions): Promise<HostFunction> {
  const { file, kind, folder, parallel, parameters, python, log } = options;
  const { name, path } = file;
  const command = () => commandOf(file, folder, python);
  return HostFunction.open({ kind, name, path, folder, parallel, parameters, log, command });
}

/** Asked for each loading: the content decides about the interface, and a changed source is compiled again. */
async function commandOf(
  { path, language }: FunctionFile,
  folder: string,
  python: string | null,
): Promise<{ command: HostCommand; path: string }> {
  if (language === 'c' && interfaceOf(await readFile(path)) === 'camserver') {
    const library = path.endsWith('.c') ? await compileFunction(path, folder) : path;
    return { command: await hostCommand(), path: library };
  }
  const command = pythonCommand(python);
  if (language === 'python') return { command, path };
  const environment = { ...command.environment, CAMSERVER_CACHE: await cacheFolder() };
  return { command: { ...command, environment }, path };
}
