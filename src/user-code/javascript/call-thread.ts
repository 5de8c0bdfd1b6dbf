/** Worker thread of JavaScript functions of kind `stream` and `custom`. */
import { workerData } from 'node:worker_threads';
import { errorText } from '../../common/errors.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import type { Timestamp } from '../../common/values.js';
import { fromPortable, type PortableValues, toPortable } from '../../streaming/value-transfer.js';
import type { FunctionKind } from '../types.js';
import type { ScriptModule } from './build.js';
import { LoadedScript } from './module.js';

/** What a thread gets for one call. */
export interface CallTask {
  /** Differs for each configuration. */
  readonly revision: number;
  readonly script: ScriptModule;
  /** JSON. */
  readonly parameters: string;
  readonly call:
    | {
        readonly kind: 'stream';
        readonly pulseId: bigint;
        readonly timestamp: Timestamp;
        readonly values: PortableValues;
      }
    | { readonly kind: 'custom'; readonly first: boolean };
  /** One byte, set to 1 when a thread begins. */
  readonly begun: SharedArrayBuffer;
}

/** What a thread loads before it takes calls. */
export interface ThreadStart {
  readonly script: ScriptModule;
  readonly kind: FunctionKind;
}

/** What comes back. */
export type CallAnswer =
  | { readonly values: PortableValues | null; readonly custom: CustomFacts | null }
  | { readonly failure: string; readonly trace: string | null };

export interface CustomFacts {
  readonly timestamp: Timestamp | null;
  readonly pulseId: bigint | null;
  readonly dataSize: number;
}

interface Loaded {
  readonly revision: number;
  readonly parameters: JsonObject;
  readonly script: LoadedScript;
}

let loaded: Loaded | null = null;

// What is wrong with a script is told by the first call, which loads it from here.
const { script: first, kind } = workerData as ThreadStart;
await LoadedScript.load(first, kind).catch(() => {});

/** @param task null: nothing is asked but that a thread is there */
export default async function answer(task: CallTask | null): Promise<CallAnswer> {
  if (task === null) return { values: null, custom: null };
  Atomics.store(new Uint8Array(task.begun), 0, 1);
  try {
    return await run(task, await load(task));
  } catch (error) {
    const { trace = null } = error as { trace?: string | null };
    return { failure: errorText(error), trace };
  }
}

async function load({ revision, script, parameters, call }: CallTask): Promise<Loaded> {
  if (loaded?.revision !== revision) {
    loaded = {
      revision,
      parameters: parseJson(parameters) as JsonObject,
      script: await LoadedScript.load(script, call.kind),
    };
  }
  return loaded;
}

async function run({ call }: CallTask, { script, parameters }: Loaded): Promise<CallAnswer> {
  if (call.kind === 'custom') {
    const { values, ...custom } = await script.generate(parameters, call.first);
    return { values: values && toPortable(values, null), custom };
  }
  const { pulseId, timestamp } = call;
  const message = { pulseId, timestamp, values: fromPortable(call.values, null) };
  const values = await script.processMessage(message, parameters);
  return { values: values && toPortable(values, null), custom: null };
}
