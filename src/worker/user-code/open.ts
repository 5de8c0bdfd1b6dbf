import type { JsonObject } from '../../common/json.js';
import type { InstanceLog } from '../../instances/types.js';
import { UserCodeError } from './error.js';
import { HostFunction } from './host/host-function.js';
import { ScriptFunction } from './javascript/script-function.js';
import { pythonCommand } from './python.js';
import type { FunctionFile, FunctionKind, UserFunction, UserFunctionOptions } from './types.js';

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
  readonly kind: FunctionKind;
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
  const { name, path, language } = file;
  if (language !== 'python')
    throw new UserCodeError('load', `functions in ${language} are not available yet`);
  const command = async () => ({ command: pythonCommand(python), path });
  return HostFunction.open({ kind, name, path, folder, parallel, parameters, log, command });
}
