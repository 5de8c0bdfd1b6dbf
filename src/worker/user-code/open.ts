import { UserCodeError } from './error.js';
import { ScriptFunction } from './javascript/script-function.js';
import type { UserFunction, UserFunctionOptions } from './types.js';

/**
 * Loads a user's function of kind `stream` or `custom`.
 * @throws UserCodeError when it cannot be loaded
 */
export function openUserFunction(options: UserFunctionOptions): Promise<UserFunction> {
  const { language } = options.file;
  if (language === 'javascript') return ScriptFunction.open(options);
  throw new UserCodeError('load', `functions in ${language} are not available yet`);
}
