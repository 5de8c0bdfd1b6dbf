/** A function in processes of its own: Python, and C. */

import { formatJson, type JsonObject } from '../../common/json.js';
import type { ArrayView, ChannelValues } from '../../common/values.js';
import type { InstanceLog } from '../../instances/types.js';
import { type FunctionLimits, readLimits } from '../limits.js';
import { Turns } from '../turns.js';
import type { CustomResult, HostedKind, StreamCall, UserFunction } from '../types.js';
import type { HostCommand } from './host-process.js';
import { type CallSettings, Lane, SLOTS } from './lane.js';
import type { CallFacts } from './protocol.js';
import { SharedMemory } from './shared-memory.js';

export interface HostFunctionOptions {
  readonly kind: HostedKind;
  /** Of the script or the compiled function. */
  readonly path: string;
  /** The value of `function`. */
  readonly name: string;
  /** Of the scripts. */
  readonly folder: string;
  /** Processes. */
  readonly parallel: number;
  readonly parameters: JsonObject;
  readonly log: InstanceLog;
  /** How to start a process; asked again for each loading, because the file may have changed. */
  command(): Promise<{ readonly command: HostCommand; readonly path: string }>;
}

/** Seconds that a process may take to start and to import what it needs, on a busy machine. */
const SHORTEST_LOADING = 60;

/** A call whose image is prepared in the memory of the process. */
export interface PreparedCall {
  readonly values: ChannelValues;
  readonly facts: Omit<CallFacts, 'id' | 'slot'>;
  /** The background of mode `passive`. */
  readonly background: ArrayView<Uint16Array> | null;
}

/** Memory for a prepared image, as the processing wants it. */
export type Allocate = (bytes: number) => { readonly buffer: ArrayBufferLike; readonly byteOffset: number };

interface Background {
  readonly view: ArrayView<Uint16Array>;
  readonly memory: SharedMemory;
  readonly place: CallSettings['background'];
}

export class HostFunction implements UserFunction {
  readonly parallel: number;
  readonly #turns: Turns;
  #lanes: readonly Lane[];
  #settings: Omit<CallSettings, 'background'>;
  #background: Background | null = null;

  private constructor(
    private readonly options: HostFunctionOptions,
    lanes: readonly Lane[],
  ) {
    this.parallel = SLOTS * options.parallel;
    this.#turns = new Turns(this.parallel);
    this.#lanes = lanes;
    this.#settings = settingsOf(options.kind, 1, options.parameters);
  }

  /** @throws UserCodeError when the function cannot be loaded */
  static async open(options: HostFunctionOptions): Promise<HostFunction> {
    return new HostFunction(options, await openLanes(options, options.parameters));
  }

  /** How many processes share the work. */
  get processes(): number {
    return this.options.parallel;
  }

  /** Process numbers of the processes that live. */
  get pids(): number[] {
    return this.#lanes.flatMap((lane) => lane.pid ?? []);
  }

  async process({ pulseId, timestamp, values }: StreamCall): Promise<ChannelValues | null> {
    const facts = { pulseId, timestamp, first: false, processingError: null };
    const result = await this.callWith(() => ({ values, facts, background: null }), all);
    return result!.values;
  }

  async generate(first: boolean): Promise<CustomResult> {
    const facts = { pulseId: 0n, timestamp: NO_TIME, first, processingError: null };
    return (await this.callWith(() => ({ values: new Map(), facts, background: null }), all))!;
  }

  /**
   * Calls a function of kind `image`.
   * @param prepare called at once when a process is free, in the order of the calls; null: the frame is dropped
   * @param wanted channels that it refuses are left out of the result
   * @param settings of this very frame
   */
  async processImage(
    prepare: (allocate: Allocate) => PreparedCall | null,
    wanted: (name: string) => boolean,
    settings: Omit<CallSettings, 'background'>,
  ): Promise<ChannelValues | null> {
    const result = await this.callWith(prepare, wanted, settings);
    return result?.values ?? null;
  }

  async configure(parameters: JsonObject, reload: boolean): Promise<void> {
    const former = this.#lanes;
    if (reload) this.#lanes = await openLanes(this.options, parameters);
    this.#settings = settingsOf(this.options.kind, this.#settings.revision + 1, parameters);
    if (reload) await Promise.all(former.map((lane) => lane.close(1000 * this.#settings.limits.seconds)));
  }

  async close(patience: number): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close(patience)));
    this.#background?.memory.close();
    this.#background = null;
  }

  private callWith(
    prepare: (allocate: Allocate) => PreparedCall | null,
    wanted: (name: string) => boolean,
    settings = this.#settings,
  ): Promise<CustomResult | null> {
    return this.#turns.take(async () => {
      const lane = this.#lanes.reduce((best, next) => (next.slots.free > best.slots.free ? next : best));
      const { index, slot } = lane.slots.take();
      try {
        const call = prepare((bytes) => {
          slot.input.reserve(bytes);
          return { buffer: slot.input.memory, byteOffset: 0 };
        });
        if (call === null) return null;
        const complete = { ...settings, background: this.placeOf(call.background) };
        return await lane.call(index, call.values, call.facts, complete, wanted);
      } finally {
        lane.slots.release(index);
      }
    });
  }

  /** The background lies in memory of its own, because it stays while frames come and go. */
  private placeOf(view: ArrayView<Uint16Array> | null): CallSettings['background'] {
    if (view === null) return null;
    if (this.#background?.view === view) return this.#background.place;
    this.#background?.memory.close();
    const [rows, columns] = view.shape as [number, number];
    const memory = new SharedMemory();
    const bytes = 2 * rows * columns;
    memory.reserve(bytes);
    new Uint16Array(memory.memory, 0, rows * columns).set(view.data.subarray(0, rows * columns));
    memory.flush(bytes);
    const place = { path: `/proc/${process.pid}/fd/${memory.fd}`, rows, columns };
    this.#background = { view, memory, place };
    return place;
  }
}

const NO_TIME = { seconds: 0n, nanoseconds: 0n };
const all = (): boolean => true;

function settingsOf(
  kind: HostedKind,
  revision: number,
  parameters: JsonObject,
): Omit<CallSettings, 'background'> {
  return { revision, parameters: formatJson(parameters), limits: limitsOf(kind, parameters) };
}

/** A camera may wait for its next image as long as it likes. */
function limitsOf(kind: HostedKind, parameters: JsonObject): FunctionLimits {
  const limits = readLimits(parameters);
  return kind === 'camera' ? { ...limits, seconds: Number.POSITIVE_INFINITY } : limits;
}

async function openLanes(options: HostFunctionOptions, parameters: JsonObject): Promise<Lane[]> {
  const { kind, name, folder, log, parallel } = options;
  const { seconds, megabytes } = readLimits(parameters);
  const { command, path } = await options.command();
  const load = { kind, name, path, folder, megabytes };
  const loadTimeout = Math.max(SHORTEST_LOADING, seconds);
  const lanes = Array.from({ length: parallel }, () => new Lane({ command, load, loadTimeout, log }));
  try {
    await Promise.all(lanes.map((lane) => lane.open()));
    return lanes;
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.close(0)));
    throw error;
  }
}
