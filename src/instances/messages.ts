/**
 * The control messages between a server and the host process of an instance. JSON documents travel as text, because the
 * literal kinds of their numbers would be lost otherwise.
 */
import type { InstanceCounters, LogRecord } from './types.js';

/** Server to host. */
export type HostCommand =
  | {
      readonly type: 'run';
      readonly name: string;
      readonly program: string;
      readonly config: string;
      readonly options: string;
      /** Debug records are not sent unless this is set. */
      readonly debug: boolean;
    }
  | { readonly type: 'stop' }
  | { readonly type: 'debug'; readonly enabled: boolean }
  | { readonly type: 'config'; readonly config: string }
  | { readonly type: 'request'; readonly id: number; readonly name: string; readonly parameters: string };

/** Host to server. */
export type HostReport =
  /** The modules to preload are there; the process can take an instance at once. */
  | { readonly type: 'loaded' }
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly records: readonly LogRecord[] }
  | { readonly type: 'statistics'; readonly sample: StatisticsSample }
  | {
      readonly type: 'response';
      readonly id: number;
      readonly result: string;
      readonly data: Uint8Array | null;
    }
  | { readonly type: 'failure'; readonly id: number; readonly code: string; readonly message: string };

/** The counters of an instance and their rates over the window that ended at `time`. */
export interface StatisticsSample extends InstanceCounters {
  /** `HH:MM:SS` local time. */
  readonly time: string;
  /** Received and sent messages per second. */
  readonly receiveRate: number;
  readonly sendRate: number;
  /** Received bytes per second. */
  readonly throughput: number;
  /** The longest time, in seconds, for which the event loop was late since the sample before. */
  readonly eventLoopDelay: number;
}

export type LineSource = 'stdout' | 'stderr';

export interface HostExit {
  /** The exit code, or the negative number of the signal that ended the process. */
  readonly code: number;
  /** Name of the signal, null after a normal exit. */
  readonly signal: string | null;
  /** Why the process could not be created or watched, else null. */
  readonly spawnError: string | null;
}

export interface HostSettings {
  /** Absolute paths or file URLs of modules to import before an instance is known: the programs to expect. */
  readonly preload: readonly string[];
  /** Options of node itself, for example limits of the heap. */
  readonly nodeOptions: readonly string[];
}

/** Server to the thread that creates host processes; `host` is the number that the server gives a process. */
export type LaunchOrder =
  | { readonly type: 'fork'; readonly host: number; readonly settings: HostSettings }
  | { readonly type: 'send'; readonly host: number; readonly command: HostCommand }
  | { readonly type: 'kill'; readonly host: number; readonly signal: NodeJS.Signals };

/** The thread to the server. */
export type LaunchNews =
  /** `pid` is null when the process could not be created. */
  | { readonly type: 'spawned'; readonly host: number; readonly pid: number | null }
  | { readonly type: 'report'; readonly host: number; readonly report: HostReport }
  | { readonly type: 'line'; readonly host: number; readonly source: LineSource; readonly text: string }
  | { readonly type: 'ended'; readonly host: number; readonly exit: HostExit };
