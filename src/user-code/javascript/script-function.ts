/** A JavaScript or TypeScript function of kind `stream` or `custom`, in worker threads. */
import { Piscina } from 'piscina';
import { errorText } from '../../common/errors.js';
import { formatJson, type JsonObject } from '../../common/json.js';
import { type ChannelValues, isArrayValue } from '../../common/values.js';
import { watchMemory } from '../../streaming/memory-watch.js';
import { limitTime } from '../../streaming/time-limit.js';
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

/** A task that is null is answered by a thread as soon as it can take calls. */
type Pool = Piscina<CallTask | null, CallAnswer>;

interface Revision extends Omit<CallTask, 'call' | 'begun'> {
  readonly limits: FunctionLimits;
}

export class ScriptFunction implements UserFunction {
  readonly parallel: number;
  readonly #turns: Turns;
  #pool: Pool;

  private constructor(
    private readonly options: UserFunctionOptions,
    private revision: Revision,
    pool: Pool,
  ) {
    this.parallel = options.parallel;
    this.#turns = new Turns(options.parallel);
    this.#pool = pool;
  }

  /** @throws UserCodeError when the script cannot be loaded */
  static async open(options: UserFunctionOptions): Promise<ScriptFunction> {
    const { parameters } = options;
    const script = await load(options, parameters);
    const revision = revisionOf(1, script, parameters);
    return new ScriptFunction(options, revision, await openPool(options, revision));
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
    const pool = await openPool(this.options, next);
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
      const begun = new SharedArrayBuffer(1);
      const endTimer = limitTime(
        abort,
        1000 * limits.seconds,
        () => Atomics.load(new Uint8Array(begun), 0) === 1,
      );
      const endWatch = watchMemory(this.parallel * (limits.megabytes + THREAD_MEGABYTES), () =>
        abort.abort('memory'),
      );
      try {
        const answer = await this.#pool.run({ ...task, call, begun }, { signal: abort.signal });
        if ('failure' in answer) throw new UserCodeError('call', answer.failure, answer.trace);
        return answer;
      } catch (error) {
        throw this.explain(error, abort.signal);
      } finally {
        endTimer();
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

/** Resolves when every thread has loaded the script. */
async function openPool(
  { parallel: threads, log, file, kind }: UserFunctionOptions,
  { script, limits }: Revision,
): Promise<Pool> {
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
  // as many tasks at once as there are idle threads: each gets one
  await Promise.all(Array.from({ length: threads }, () => pool.run(null)));
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
