/**
 * Imports the function of a pipeline: a user's script when there is one of that name, else a built-in function. A script stays as
 * it was imported until `reload` asks for it again.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy, numberOf } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import { UserCodeError } from '../../user-code/error.js';
import { findFunctionFile } from '../../user-code/files.js';
import type { HostFunction } from '../../user-code/host/host-function.js';
import type { ScriptModule } from '../../user-code/javascript/build.js';
import { readLimits } from '../../user-code/limits.js';
import type { FunctionFile } from '../../user-code/types.js';
import { imageFunctionOf } from './registry.js';

export type ImportedFunction =
  /** The built-in default. */
  | { readonly state: 'default' }
  | ({ readonly state: 'named' } & Named)
  /** The reason is in the log. */
  | { readonly state: 'failed' };

/** Both null: a built-in function. */
interface Named {
  /** JavaScript, for the worker threads. */
  readonly script: ScriptModule | null;
  /** Python and C. Who uses it closes it, when it is replaced or at the end. */
  readonly hosted: HostFunction | null;
}

export class FunctionImporter {
  #imported: ({ readonly name: string } & Named) | null = null;
  readonly #opened: HostFunction[] = [];

  /**
   * @param folder of the users' scripts
   * @param python interpreter or virtual environment; null: `python3`
   */
  constructor(
    private readonly folder: string,
    private readonly python: string | null,
    private readonly log: InstanceLog,
  ) {}

  /** A failure is logged as `Could not import function <name>: <reason>.`. */
  async import(parameters: JsonObject): Promise<ImportedFunction> {
    if (!isTruthy(parameters.function)) return { state: 'default' };
    const name = String(parameters.function);
    try {
      const { script, hosted } = await this.find(name, parameters);
      return { state: 'named', script, hosted };
    } catch (error) {
      this.log.error(`Could not import function ${name}: ${errorText(error)}.`);
      if (error instanceof UserCodeError && error.trace !== null) this.log.error(error.trace);
      return { state: 'failed' };
    }
  }

  /** Ends the processes of functions that nobody took over. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.map((hosted) => hosted.close(0)));
  }

  private async find(name: string, parameters: JsonObject): Promise<Named> {
    if (this.#imported?.name === name && !isTruthy(parameters.reload)) return this.#imported;
    const file = await findFunctionFile(name, this.folder);
    if (file === null) {
      imageFunctionOf(parameters);
      this.#imported = null;
      return { script: null, hosted: null };
    }
    this.#imported = { name, ...(await this.load(file, parameters)) };
    return this.#imported;
  }

  /** What runs users' code is loaded with the first of it: most instances have none, and start sooner without. */
  private async load(file: FunctionFile, parameters: JsonObject): Promise<Named> {
    const { folder, python, log } = this;
    if (file.language === 'javascript') {
      const { buildScript } = await import('../../user-code/javascript/build.js');
      const { probeScript } = await import('../../user-code/javascript/probe.js');
      const script = await buildScript(file.path, folder);
      await probeScript(script, 'image', readLimits(parameters));
      return { script, hosted: null };
    }
    const parallel = Math.max(1, Math.trunc(numberOf(parameters.processing_threads) ?? 1));
    const { openHostFunction } = await import('../../user-code/open.js');
    const hosted = await openHostFunction({ file, kind: 'image', folder, parallel, parameters, python, log });
    this.#opened.push(hosted);
    return { script: null, hosted };
  }
}
