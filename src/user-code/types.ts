/**
 * Users' own functions, whatever their language: what a pipeline asks of them and what it gets back. JavaScript and
 * TypeScript run in worker threads of the instance, Python and C in processes that the instance starts.
 */
import type { JsonObject } from '../common/json.js';
import type { ChannelValues, Timestamp } from '../common/values.js';
import type { InstanceLog } from '../instances/types.js';

/** What the function is for, which decides how it is called (`image`: `processing`, the others: the type of that name). */
export type FunctionKind = 'image' | 'stream' | 'custom';

/** What runs in a process of its own: a function, or a camera, of which each call is the next image. */
export type HostedKind = FunctionKind | 'camera';

export type FunctionLanguage = 'javascript' | 'python' | 'c';

/** A file that holds a function. */
export interface FunctionFile {
  /** The value of `function`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly language: FunctionLanguage;
}

/** A message of a stream. */
export interface StreamCall {
  readonly pulseId: bigint;
  readonly timestamp: Timestamp;
  /** In the order of the message. */
  readonly values: ChannelValues;
}

/** What a function of kind `custom` made. */
export interface CustomResult {
  /** Null or empty: nothing is sent. */
  readonly values: ChannelValues | null;
  /** Null: now. */
  readonly timestamp: Timestamp | null;
  /** Null: the sender counts. */
  readonly pulseId: bigint | null;
  /** Bytes to be added to those received. */
  readonly dataSize: number;
}

export interface UserFunctionOptions {
  readonly file: FunctionFile;
  readonly kind: 'stream' | 'custom';
  /** The folder of the scripts; its folder `lib` is on the import path. */
  readonly scriptFolder: string;
  /** Threads or processes, at least 1. */
  readonly parallel: number;
  /** As prepared for the pipeline, run-time keys included. */
  readonly parameters: JsonObject;
  /** Interpreter of Python functions, or the folder of a virtual environment; null: `python3` of the search path. */
  readonly python: string | null;
  /** Gets what the function prints, with the name of the script. */
  readonly log: InstanceLog;
}

/**
 * A loaded function of kind `stream` or `custom`. Its limits are the parameters `function_timeout` and `function_memory`;
 * a call that passes them fails, its thread or process is ended, and the next call gets a new one.
 */
export interface UserFunction {
  /** Calls that may be under way at the same time; more of them wait. */
  readonly parallel: number;
  /**
   * Calls the function of kind `stream`. The values are read before this returns, so their memory may be released at once.
   * @returns the channels to send, or null to drop the message
   * @throws UserCodeError what the function threw, a passed limit, or the end of its process; the next call may succeed
   */
  process(call: StreamCall): Promise<ChannelValues | null>;
  /**
   * Calls the function of kind `custom`.
   * @param first true only on the first call of the pipeline
   * @throws UserCodeError as `process`
   */
  generate(first: boolean): Promise<CustomResult>;
  /**
   * Applies to calls that begin later. With `reload` the file is read again first; calls that come meanwhile use the code
   * that is there, none is lost.
   * @throws UserCodeError when the new file cannot be loaded; code and parameters then stay as they are
   */
  configure(parameters: JsonObject, reload: boolean): Promise<void>;
  /** Ends threads and processes; calls that are under way are given `patience` milliseconds, then they reject. */
  close(patience: number): Promise<void>;
}
