/**
 * The function of a pipeline without images (types `stream` and `custom`), kept up with its configuration.
 */
import { errorText } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import { type MessageFunction, openMessageFunction } from '../functions/message-function.js';
import type { PipelineInstanceOptions } from './options.js';
import { addFileParameters, prepareParameters } from './parameters.js';
import { type MessageSettings, messageSettings } from './settings.js';

/** The parameters of a pipeline of type `stream` or `custom`. */
export function prepareFunctionParameters(config: JsonObject, options: PipelineInstanceOptions): JsonObject {
  const parameters = prepareParameters(config, options, 'PUB');
  addFileParameters(parameters);
  return parameters;
}

export interface FunctionKeeperOptions {
  readonly kind: 'stream' | 'custom';
  readonly options: PipelineInstanceOptions;
  readonly log: InstanceLog;
  /** Calls that may be under way at the same time. */
  readonly parallel: number;
}

/** A configuration with its function, ready to be used. */
export interface PreparedFunction {
  readonly settings: MessageSettings;
  /** Null: there is none, or it could not be imported. */
  readonly function: MessageFunction | null;
}

/** Milliseconds that calls under way get when their function is replaced or the pipeline ends. */
const PATIENCE = 100;

export class FunctionKeeper {
  /** The newest one; not in use before `use`. */
  #loaded: { readonly name: string; readonly function: MessageFunction } | null = null;
  readonly #open = new Set<MessageFunction>();
  #current: MessageFunction | null = null;
  readonly #closing: Promise<void>[] = [];

  constructor(private readonly keeper: FunctionKeeperOptions) {}

  /** @throws Error when there is no function, or it could not be imported */
  get current(): MessageFunction {
    this.requireFunction();
    return this.#current!;
  }

  /** @throws Error when there is no function, or it could not be imported */
  requireFunction(): void {
    if (this.#current === null) throw new Error('Undefined processing function');
  }

  /**
   * Loads the function of the parameters if it has another name or `reload` is set, and tells it the parameters. A failure is
   * logged. Calls of the function in use go on meanwhile.
   * @param parameters `reload` becomes false when it is carried out
   */
  async prepare(parameters: JsonObject): Promise<PreparedFunction> {
    const settings = messageSettings(parameters, this.keeper.options);
    if (!isTruthy(parameters.function)) return { settings, function: null };
    const reload = isTruthy(parameters.reload);
    parameters.reload = false;
    const name = String(parameters.function);
    try {
      return { settings, function: await this.load(name, parameters, reload) };
    } catch (error) {
      this.keeper.log.error(`Could not import function ${name}: ${errorText(error)}.`);
      const { trace = null } = error as { trace?: string | null };
      if (trace !== null) this.keeper.log.error(trace);
      return { settings, function: null };
    }
  }

  /** Puts a function in the place of the one that was in use, of which no call may be under way. */
  use({ function: wanted }: PreparedFunction): void {
    this.#current = wanted;
    for (const other of this.#open) {
      if (other !== wanted && other !== this.#loaded?.function) this.#closing.push(this.end(other));
    }
  }

  /** Ends all functions; calls under way reject soon. */
  async close(): Promise<void> {
    this.#current = null;
    this.#loaded = null;
    for (const each of this.#open) this.#closing.push(this.end(each));
    await Promise.all(this.#closing);
  }

  private async load(name: string, parameters: JsonObject, reload: boolean): Promise<MessageFunction> {
    const { kind, options, parallel, log } = this.keeper;
    if (this.#loaded?.name === name) {
      await this.#loaded.function.configure(parameters, reload);
      return this.#loaded.function;
    }
    const { script_folder: scriptFolder, python } = options;
    const opened = await openMessageFunction({ kind, name, parameters, scriptFolder, python, parallel, log });
    this.#open.add(opened);
    this.#loaded = { name, function: opened };
    return opened;
  }

  private async end(opened: MessageFunction): Promise<void> {
    this.#open.delete(opened);
    await opened.close(PATIENCE).catch((error) => this.keeper.log.warning(errorText(error)));
  }
}
