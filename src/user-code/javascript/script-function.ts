/** A JavaScript or TypeScript function of kind `stream` or `custom`, in worker threads. */
import { Piscina } from 'piscina';
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { type ChannelValues, isArrayValue } from '../../common/values.js';
import { watchMemory } from '../../streaming/memory-watch.js';
import { fromPortable, type PortableValues, toPortable } from '../../streaming/value-transfer.js';
import { UserCodeError } from '../error.js';
import { type FunctionLimits, limitError, readLimits } from '../limits.js';
import { Turns } from '../turns.js';
import type { CustomResult, StreamCall, UserFunction, UserFunctionOptions } from '../types.js';
import { buildScript, type ScriptModule } from './build.js';
import type { CallAnswer, CallTask, ThreadStart } from './call-thread.js';
import { probeScript } from './probe.js';

/** What a thread takes beyond its heap. */
const THREAD_MEGABYTES = 64;

/** Null as a task: is there a thread that can take calls? */
type Pool = Piscina<CallTask | null, CallAnswer>;

interface Revision extends Omit<CallTask, 'call'> {
  readonly limits: FunctionLimits;
}

export class ScriptFunction implements UserFunction {
  readonly parallel: number;
  readonly #turns: Turns;
  #pool: Pool;

  private constructor(
    private readonly options: UserFunctionOptions,
    private revision: Revision,
  ) {
    this.parallel = options.parallel;
    this.#turns = new Turns(options.parallel);
    this.#pool = createPool(options, revision);
  }

  /** @throws UserCodeError when the script cannot be loaded */
  static async open(options: UserFunctionOptions): Promise<ScriptFunction> {
    const { parameters } = options;
    const script = await load(options, parameters);
    return new ScriptFunction(options, revisionOf(1, script, parameters));
  }

  async process({ pulseId, timestamp, values }: StreamCall): Promise<ChannelValues | null> {
    const answer = await this.run({ kind: 'stream', pulseId, timestamp, values: copied(values) });
    return answer.values && fromPortable(answer.values, null);
  }

  async generate(first: boolean): Promise<CustomResult> {
    const { values, custom } = await this.run({ kind: 'custom', first });
    return { ...custom!, values: values && fromPortable(values, null) };
  }

  async configure(parameters: JsonObject, reload: boolean): Promise<void> {
    const script = reload ? await load(this.options, parameters) : this.revision.script;
    const { limits, revision } = this.revision;
    const next = revisionOf(revision + 1, script, parameters);
    if (!reload && next.limits.megabytes === limits.megabytes) {
      this.revision = next;
      return;
    }
    // A thread that loads the new script while the others work would hold up their results, until too many wait for it.
    const pool = createPool(this.options, next);
    await pool.run(null);
    const former = this.#pool;
    this.#pool = pool;
    this.revision = next;
    await former.close();
  }

  async close(patience: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#pool.close(), late]);
    clearTimeout(timer);
    await this.#pool.destroy();
  }

  private run(call: CallTask['call']): Promise<Exclude<CallAnswer, { failure: string }>> {
    return this.#turns.take(async () => {
      const { limits, ...task } = this.revision;
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort('time'), 1000 * limits.seconds);
      const endWatch = watchMemory(this.parallel * (limits.megabytes + THREAD_MEGABYTES), () =>
        abort.abort('memory'),
      );
      try {
        const answer = await this.#pool.run({ ...task, call }, { signal: abort.signal });
        if ('failure' in answer) throw new UserCodeError('call', answer.failure, answer.trace);
        return answer;
      } catch (error) {
        throw this.explain(error, abort.signal);
      } finally {
        clearTimeout(timer);
        endWatch();
      }
    });
  }

  private explain(error: unknown, { aborted, reason }: AbortSignal): unknown {
    const { script, limits } = this.revision;
    if (error instanceof UserCodeError) return error;
    if (reason === 'time') return limitError(script.name, 'time', limits);
    const { code } = error as { code?: unknown };
    if (aborted || code === 'ERR_WORKER_OUT_OF_MEMORY') return limitError(script.name, 'memory', limits);
    return error;
  }
}

async function load(
  { file, kind, scriptFolder }: UserFunctionOptions,
  parameters: JsonObject,
): Promise<ScriptModule> {
  const script = await buildScript(file.path, scriptFolder);
  await probeScript(script, kind, readLimits(parameters));
  return script;
}

function revisionOf(revision: number, script: ScriptModule, parameters: JsonObject): Revision {
  return { revision, script, parameters: formatJson(parameters), limits: readLimits(parameters) };
}

/** Threads take calls when they have loaded the script. */
function createPool(
  { parallel: threads, log, file, kind }: UserFunctionOptions,
  { script, limits }: Revision,
): Pool {
  const pool = new Piscina<CallTask | null, CallAnswer>({
    filename: new URL('./call-thread.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    atomics: 'disabled',
    recordTiming: false,
    workerData: { script, kind } satisfies ThreadStart,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
  });
  pool.on('error', (error: Error) => {
    log.error(`A thread of '${file.name}' was replaced after an error outside a call: ${errorText(error)}`);
  });
  return pool;
}

/** Arrays are copied now, because their memory may be released before a thread is free. */
function copied(values: ChannelValues): PortableValues {
  const own: ChannelValues = new Map();
  for (const [name, value] of values) {
    own.set(name, isArrayValue(value) ? { ...value, data: value.data.slice() } : value);
  }
  return toPortable(own, null);
}
