/**
 * Imports the function of a pipeline: a user's script when there is one of that name, else a built-in function. A script stays as
 * it was imported until `reload` asks for it again.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import { UserCodeError } from '../user-code/error.js';
import { findFunctionFile } from '../user-code/files.js';
import { buildScript, type ScriptModule } from '../user-code/javascript/build.js';
import { probeScript } from '../user-code/javascript/probe.js';
import { readLimits } from '../user-code/limits.js';
import { imageFunctionOf } from './registry.js';

export type ImportedFunction =
  /** The built-in default. */
  | { readonly state: 'default' }
  /** `script` null: a built-in function. */
  | { readonly state: 'named'; readonly script: ScriptModule | null }
  /** The reason is in the log. */
  | { readonly state: 'failed' };

export class FunctionImporter {
  #imported: { readonly name: string; readonly script: ScriptModule } | null = null;

  /** @param folder of the users' scripts */
  constructor(
    private readonly folder: string,
    private readonly log: InstanceLog,
  ) {}

  /** A failure is logged as `Could not import function <name>: <reason>.`. */
  async import(parameters: JsonObject): Promise<ImportedFunction> {
    if (!isTruthy(parameters.function)) return { state: 'default' };
    const name = String(parameters.function);
    try {
      return { state: 'named', script: await this.find(name, parameters) };
    } catch (error) {
      this.log.error(`Could not import function ${name}: ${errorText(error)}.`);
      if (error instanceof UserCodeError && error.trace !== null) this.log.error(error.trace);
      return { state: 'failed' };
    }
  }

  private async find(name: string, parameters: JsonObject): Promise<ScriptModule | null> {
    if (this.#imported?.name === name && !isTruthy(parameters.reload)) return this.#imported.script;
    const file = await findFunctionFile(name, this.folder);
    if (file === null) {
      imageFunctionOf(parameters);
      return null;
    }
    if (file.language !== 'javascript') {
      throw new UserCodeError('load', `functions in ${file.language} are not available yet`);
    }
    const script = await buildScript(file.path, this.folder);
    await probeScript(script, 'image', readLimits(parameters));
    this.#imported = { name, script };
    return script;
  }
}
