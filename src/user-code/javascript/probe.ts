/**
 * Loads a script once in a thread of its own before any frame depends on it, so that what is wrong with it is known at once and
 * an endless loop at its top level harms nobody.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { errorText } from '../../common/errors.js';
import { limitTime } from '../../streaming/time-limit.js';
import { UserCodeError } from '../error.js';
import type { FunctionLimits } from '../limits.js';
import type { FunctionKind } from '../types.js';
import type { ScriptModule } from './build.js';
import { LoadedScript } from './module.js';

interface ProbeTask {
  readonly script: ScriptModule;
  readonly kind: FunctionKind;
}

interface Failure {
  readonly message: string;
  readonly trace: string | null;
}

/** @throws UserCodeError when the script throws, has no such function, or passes a limit */
export async function probeScript(
  script: ScriptModule,
  kind: FunctionKind,
  { seconds, megabytes }: FunctionLimits,
): Promise<void> {
  const task: ProbeTask = { script, kind };
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { camserverProbe: task },
    resourceLimits: { maxOldGenerationSizeMb: megabytes },
  });
  let isOnline = false;
  worker.once('online', () => {
    isOnline = true;
  });
  const abort = new AbortController();
  const endTimer = limitTime(abort, 1000 * seconds, () => isOnline);
  try {
    const failure = await new Promise<Failure | null>((resolve, reject) => {
      abort.signal.addEventListener('abort', () =>
        reject(new UserCodeError('limit', `${script.name} was not loaded within ${seconds} s`)),
      );
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`it ended its thread with code ${code}`)));
    });
    if (failure !== null) throw new UserCodeError('load', failure.message, failure.trace);
  } catch (error) {
    if (error instanceof UserCodeError) throw error;
    throw new UserCodeError('load', `${script.name}: ${errorText(error)}`);
  } finally {
    endTimer();
    await worker.terminate();
  }
}

async function probe({ script, kind }: ProbeTask): Promise<void> {
  let failure: Failure | null = null;
  try {
    await LoadedScript.load(script, kind);
  } catch (error) {
    failure = { message: errorText(error), trace: error instanceof UserCodeError ? error.trace : null };
  }
  parentPort!.postMessage(failure);
}

const task = (workerData as { camserverProbe?: ProbeTask } | null)?.camserverProbe;
if (!isMainThread && task !== undefined) await probe(task);
