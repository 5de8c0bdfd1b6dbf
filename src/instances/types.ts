/**
 * What a server and its instance processes tell each other. An instance is one process that runs one program (a camera, a
 * pipeline) from start to end; the server supervises it and never sees an image.
 */
import type { JsonObject } from '../common/json.js';
import type { Tracer } from '../common/traces/index.js';

export type { LogRecord } from '../common/logging.js';

/** `starting → running → stopping → ended`; an ended instance keeps its exit code, reason and last log lines. */
export type InstanceState = 'starting' | 'running' | 'stopping' | 'ended';

/** The statistics of `rest-api.md` 9.3, ready to be sent to clients. */
export interface InstanceStatistics {
  total_bytes: number;
  /** A number, or `"2 + 1"` (stream + forwarder) for cameras that forward. */
  clients: number | string;
  /** Bytes received per second. */
  throughput: number;
  /** `HH:MM:SS` local time of the last update. */
  time: string;
  /** `"9.98Hz - 123"`: rate and count. */
  rx: string;
  tx: string;
  pid: string;
  /** Percent of one core. */
  cpu: number | null;
  /** Resident bytes. */
  memory: number | null;
  header_changes: number;
  /** `<width>x<height>x<bytes per pixel>` */
  frame_shape?: string;
  /** Frames dropped since the start, by reason; received = sent + dropped + in work. Not part of the old contract. */
  dropped: Record<string, number>;
  /** Only of cameras with a second output. Not part of the old contract. */
  forwarded?: ForwardCounters;
}

/** Counters that the program keeps; the host turns them into rates and sends them to the server once a second. */
export interface InstanceCounters {
  received: number;
  sent: number;
  bytesReceived: number;
  clients: number | string;
  headerChanges: number;
  frameShape: string | null;
  dropped: Record<string, number>;
  /** Of a camera's second output; null without one. A message of it is no frame of its own. */
  forwarded: ForwardCounters | null;
}

export interface ForwardCounters {
  sent: number;
  /** Receivers were absent or slow. */
  dropped: number;
}

/** How to start an instance. */
export interface InstanceSpecification {
  readonly name: string;
  /** Absolute path or file URL of a module whose `run` export is an `InstanceProgram`. */
  readonly program: string;
  /** The suffix of its console log lines, for example `camera:CAM1` or `name:cam1_sp`. */
  readonly logSuffix: string;
  /** The expanded configuration. */
  readonly config: JsonObject;
  /** What the program needs besides the configuration: addresses, folders, defaults of server options. */
  readonly options: JsonObject;
  /**
   * The stream port: `allocate` takes the next free one of the server's range, a number exactly that one, `none` none (ipc).
   * The program finds it as `options.port`, null for none.
   */
  readonly port: 'allocate' | 'none' | number;
  /**
   * What the instance is made of, for example the source type of a camera. Starting an instance whose kind differs from that
   * of the running or kept one replaces it.
   */
  readonly kind: string;
}

/** What a program gets to work with in its own process. */
export interface InstanceContext {
  readonly name: string;
  readonly config: JsonObject;
  /** Those of the specification, and `port`. */
  readonly options: JsonObject;
  /** Aborted when the instance is asked to stop (request, SIGTERM, parent gone). The program then cleans up and returns. */
  readonly stop: AbortSignal;
  /** The live counters; the program writes into this object. */
  readonly counters: InstanceCounters;
  /** Log of the instance: shown over REST, and on the console with the suffix. */
  readonly log: InstanceLog;
  /** Follows pulses through the installation; null when no traces are collected. */
  readonly tracer: Tracer | null;
  /** Tells the server that the output is bound and the instance serves. Further calls have no effect. */
  ready(): void;
  /**
   * Called with each new complete configuration, in order. The newest of those that arrived before is handed to the listener
   * at once.
   */
  onConfig(listener: (config: JsonObject) => void): void;
  /**
   * Answers named requests of the server to the running program (for example the last frame of a camera).
   * What the handler throws reaches the asking side as an error text.
   */
  onRequest(name: string, handler: RequestHandler): void;
}

/** An answer with bytes next to it, for example the pixels of an image; they must not lie in shared memory. */
export interface AnswerWithData {
  readonly result: JsonObject;
  readonly data: Uint8Array;
}

export type RequestHandler = (parameters: JsonObject) => Promise<JsonObject | AnswerWithData>;

/** True for an answer whose bytes are told apart from its members. */
export function hasData(answer: JsonObject | AnswerWithData): answer is AnswerWithData {
  return answer.data instanceof Uint8Array;
}

export interface InstanceLog {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/**
 * The body of an instance process.
 * @returns the exit code: 0 normal end, 1 failed to start, 2 failed while working, others as the program documents.
 *   Throwing before `ready()` counts as 1, afterwards as 2; the text goes to the log.
 */
export type InstanceProgram = (context: InstanceContext) => Promise<number>;

/** What a module that an instance process runs exports. */
export interface ProgramModule {
  readonly run: InstanceProgram;
  /** Loads, in a spare process, what most instances will need. */
  readonly warm?: () => Promise<void>;
}
