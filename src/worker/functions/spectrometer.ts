/**
 * The process variables of a spectrometer, which `psss` reads and writes: rows and energy axis come from the control system,
 * the spectrum and its figures go there.
 */
import { allocateElements, type TypedArray } from '../../common/dtype.js';
import { errorText } from '../../common/errors.js';
import { arrayValue, type ChannelValue, type ChannelValues, isArrayValue } from '../../common/values.js';
import {
  type CaValue,
  type Channel,
  ChannelAccess,
  type NativeType,
  type Reading,
} from '../../epics/index.js';
import { elementTypeOfNative } from '../../epics/values.js';
import type { SpectrometerState } from '../../processing/index.js';

/** Results that wait to be written; the oldest is given up then. */
const QUEUE_SIZE = 5;
/** Milliseconds from one written result to the next. */
const WRITE_INTERVAL = 100;
/** Seconds that one process variable may take. */
const WRITE_TIMEOUT = 2;
/** Milliseconds between two equal warnings. */
const WARNING_INTERVAL = 10_000;

const WRITTEN = ['SPECTRUM_Y', 'SPECTRUM_CENTER', 'SPECTRUM_FWHM', 'SPECTRUM_COM', 'SPECTRUM_STD'] as const;

export interface SpectrometerOptions {
  /** Prefix of the process variables. */
  readonly camera: string;
  /** Gets each warning at most every 10 s. */
  warn(text: string): void;
}

export class Spectrometer implements SpectrometerState {
  readonly #channelAccess = new ChannelAccess();
  readonly #written: readonly (readonly [name: string, channel: Channel])[];
  readonly #waiting: ChannelValues[] = [];
  readonly #lastWarnings = new Map<string, number>();
  #rowLimits: readonly [number, number] = [0, 0];
  #energyAxis: Float64Array | Float32Array | null = null;
  #lastPulseId = -1n;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** Connects in the background; until then there is no energy axis. @throws CamServerError for a wrong environment */
  constructor(private readonly options: SpectrometerOptions) {
    this.follow('SPC_ROI_YMIN', (value) => {
      this.#rowLimits = [wholeNumber(value), this.#rowLimits[1]];
    });
    this.follow('SPC_ROI_YMAX', (value) => {
      this.#rowLimits = [this.#rowLimits[0], wholeNumber(value)];
    });
    const axis = this.follow('SPECTRUM_X', (value) => {
      this.#energyAxis = axisOf(value);
    });
    axis.onConnection((isConnected) => {
      if (!isConnected) this.#energyAxis = null;
    });
    this.#written = WRITTEN.map((name) => [`${options.camera}:${name}`, this.channel(name)]);
  }

  get rowLimits(): readonly [number, number] {
    return this.#rowLimits;
  }

  get energyAxis(): Float64Array | Float32Array | null {
    return this.#energyAxis;
  }

  warn(text: string): void {
    const now = performance.now();
    if (now - (this.#lastWarnings.get(text) ?? Number.NEGATIVE_INFINITY) < WARNING_INTERVAL) return;
    this.#lastWarnings.set(text, now);
    this.options.warn(text);
  }

  /** Writes the results of a frame soon; those of an earlier pulse than the last one are left out. */
  publish(pulseId: bigint, results: ChannelValues): void {
    if (this.#isClosed || pulseId <= this.#lastPulseId) return;
    this.#lastPulseId = pulseId;
    this.#waiting.push(results);
    if (this.#waiting.length > QUEUE_SIZE) this.#waiting.shift();
    this.#timer ??= setTimeout(() => void this.writeNext(), WRITE_INTERVAL);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#channelAccess.close();
  }

  private channel(name: string): Channel {
    return this.#channelAccess.channel(`${this.options.camera}:${name}`);
  }

  private follow(name: string, take: (value: TypedArray) => void): Channel {
    const channel = this.channel(name);
    channel.monitor(
      ({ value }: Reading) => {
        if (!Array.isArray(value)) take(value.data);
      },
      (error) => this.warn(errorText(error)),
    );
    return channel;
  }

  private async writeNext(): Promise<void> {
    const results = this.#waiting.shift()!;
    await Promise.all(this.#written.map(([name, channel]) => this.write(channel, results.get(name) ?? null)));
    this.#timer = null;
    if (this.#waiting.length > 0 && !this.#isClosed) {
      this.#timer = setTimeout(() => void this.writeNext(), WRITE_INTERVAL);
    }
  }

  /** Process variables that are not there are left out: a site may have only some of them. */
  private async write(channel: Channel, value: ChannelValue): Promise<void> {
    if (channel.info === null || value === null) return;
    try {
      await channel.put(valueFor(channel.info, value), { timeout: WRITE_TIMEOUT });
    } catch (error) {
      if (!this.#isClosed) this.warn(`Could not write ${channel.name}: ${errorText(error)}`);
    }
  }
}

function wholeNumber(value: TypedArray): number {
  const number = Math.trunc(Number(value[0]));
  return Number.isFinite(number) ? number : 0;
}

function axisOf(value: TypedArray): Float64Array | Float32Array {
  if (value instanceof Float64Array || value instanceof Float32Array) return value;
  return Float64Array.from(value as ArrayLike<number>, Number);
}

/** As many numbers as the variable can hold, in its type. */
function valueFor({ type, count }: { type: NativeType; count: number }, value: ChannelValue): CaValue {
  const numbers = isArrayValue(value) ? (value.data as ArrayLike<number>) : [Number(value)];
  const elementType = elementTypeOfNative(type);
  if (elementType === null) return [String(numbers[0])];
  const data = allocateElements(elementType, Math.min(numbers.length, count)) as Float64Array;
  for (let index = 0; index < data.length; index += 1) data[index] = numbers[index]!;
  return arrayValue(data);
}
