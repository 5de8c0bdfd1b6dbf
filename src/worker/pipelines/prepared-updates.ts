/**
 * Configurations that the server sends to a running pipeline. Each is prepared beside the work on frames, however long it takes to
 * load a function; of several that come meanwhile only the newest counts.
 */
import type { JsonObject } from '../../common/json.js';
import type { InstanceContext } from '../../instances/types.js';
import { type Ending, endOnError } from './ending.js';

export interface PreparedUpdate<Prepared> {
  readonly config: JsonObject;
  readonly prepared: Prepared;
}

export class PreparedUpdates<Prepared> {
  #pending: JsonObject | null = null;
  #preparing: Promise<void> = Promise.resolve();
  #update: PreparedUpdate<Prepared> | null = null;

  /** @param prepare called with one configuration at a time; what it throws ends the pipeline */
  constructor(
    context: Pick<InstanceContext, 'onConfig' | 'log'>,
    ending: Ending,
    private readonly prepare: (config: JsonObject) => Promise<Prepared>,
  ) {
    const { log } = context;
    context.onConfig((config) => {
      this.#pending = config;
      this.#preparing = this.#preparing.then(() => endOnError(() => this.prepareNewest(), ending, log));
    });
  }

  /** The newest one that is prepared; null when there is none since the last call. */
  take(): PreparedUpdate<Prepared> | null {
    const update = this.#update;
    this.#update = null;
    return update;
  }

  /** Resolves when nothing is being prepared any more. */
  settled(): Promise<void> {
    return this.#preparing;
  }

  private async prepareNewest(): Promise<void> {
    const config = this.#pending;
    if (config === null) return;
    this.#pending = null;
    this.#update = { config, prepared: await this.prepare(config) };
  }
}
