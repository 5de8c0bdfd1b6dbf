/** The work of `camserver record`. */
import { RateMeter, type ReceivedMessage, Receiver } from '../bsread/index.js';
import { timestampNow } from '../common/values.js';
import { takeValues } from '../streaming/received-values.js';
import { Hdf5Recorder, readLayout } from '../streaming/sinks/hdf5/index.js';

export interface RecordingOptions {
  readonly address: string;
  readonly file: string;
  readonly mode: 'SUB' | 'PULL';
  /** 0: without end. */
  readonly messages: number;
  /** Seconds without a message that end the recording. */
  readonly silence: number;
  /** Null: all. */
  readonly channels: readonly string[] | null;
  readonly layout: string;
  readonly localtime: boolean;
  readonly compress: boolean;
  readonly stop: AbortSignal;
  /** Called once a second. */
  progress(text: string): void;
}

export interface RecordingResult {
  readonly outcome: 'complete' | 'stopped' | 'silent';
  /** In the file. */
  readonly messages: number;
  /** Null when there is none. */
  readonly firstPulseId: bigint | null;
  readonly lastPulseId: bigint | null;
  /** Messages that came too fast for the disk. */
  readonly dropped: number;
}

/** Milliseconds. */
const REPORT_INTERVAL = 1000;
const RECEIVE_TIMEOUT = 200;

/**
 * Writes a stream into a file until it is complete, stopped or silent.
 * @throws CamServerError when the file cannot be written; complete messages are in it nevertheless
 */
export async function recordStream(options: RecordingOptions): Promise<RecordingResult> {
  const { address, file, mode, stop } = options;
  const failures: Error[] = [];
  const recorder = await Hdf5Recorder.create({
    path: file,
    layout: readLayout(options.layout),
    localtime: options.localtime,
    change: true,
    compression: options.compress ? 'bitshuffle_lz4' : 'none',
    rows: options.messages > 0 ? options.messages : null,
    failed: (error) => failures.push(error),
  });
  const receiver = new Receiver({ address, mode, highWaterMark: 100, receiveTimeout: RECEIVE_TIMEOUT });
  const recording = new Recording(options, recorder, receiver);
  try {
    await receiver.open();
    const outcome = await recording.run(() => failures.length > 0 || stop.aborted);
    receiver.close();
    await recorder.close();
    if (failures.length > 0) throw failures[0];
    return { outcome, ...recording.summary() };
  } finally {
    receiver.close();
    await recorder.close();
  }
}

class Recording {
  readonly #started = performance.now();
  readonly #meter: RateMeter;
  #accepted = 0;
  #dropped = 0;
  #first: bigint | null = null;
  #last: bigint | null = null;
  #nextReport = performance.now() + REPORT_INTERVAL;

  constructor(
    private readonly options: RecordingOptions,
    private readonly recorder: Hdf5Recorder,
    private readonly receiver: Receiver,
  ) {
    this.#meter = new RateMeter(receiver.statistics, this.seconds());
  }

  async run(isOver: () => boolean): Promise<RecordingResult['outcome']> {
    const { messages, silence, stop } = this.options;
    let lastMessage = performance.now();
    while (!isOver()) {
      const message = await this.receiver.receive({ signal: stop });
      if (message === null) {
        if (performance.now() - lastMessage > silence * 1000) return 'silent';
        continue;
      }
      lastMessage = performance.now();
      this.take(message);
      this.report();
      if (messages > 0 && this.#accepted >= messages) return 'complete';
    }
    return 'stopped';
  }

  summary(): Omit<RecordingResult, 'outcome'> {
    const pulses = { firstPulseId: this.#first, lastPulseId: this.#last };
    return { messages: this.recorder.rows, ...pulses, dropped: this.#dropped };
  }

  private take(message: ReceivedMessage): void {
    const { pulseId } = message;
    const { channels } = this.options;
    const values = takeValues(message, (name) => channels === null || channels.includes(name));
    const timestamp = message.timestamp ?? timestampNow();
    message.release();
    if (!this.recorder.push(values, pulseId, timestamp)) {
      this.#dropped += 1;
      return;
    }
    this.#accepted += 1;
    this.#first ??= pulseId;
    this.#last = pulseId;
  }

  private report(): void {
    this.#meter.update(this.receiver.statistics, this.seconds());
    if (performance.now() < this.#nextReport) return;
    this.#nextReport = performance.now() + REPORT_INTERVAL;
    const { messageRate = 0, dataRate = 0 } = this.#meter.samples.at(-1) ?? {};
    const rate = `${messageRate.toFixed(1)} Hz, ${(dataRate / 1e6).toFixed(1)} MB/s`;
    this.options.progress(`${this.#accepted} messages, ${rate}, ${this.#dropped} dropped`);
  }

  private seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
