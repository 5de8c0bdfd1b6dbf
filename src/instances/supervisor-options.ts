import type { Instance, InstanceTimeouts } from './instance.js';
import type { PortPolicy } from './port-policy.js';
import type { PortRange } from './ports.js';
import type { InstanceLog, InstanceSpecification, LogRecord } from './types.js';

export interface SupervisorOptions {
  readonly portRange: PortRange;
  readonly portPolicy: PortPolicy;
  /** The interface that streams are bound to; ports are probed there. Default `0.0.0.0`. */
  readonly address?: string;
  /** Log of the server. */
  readonly log: InstanceLog;
  /** Receives each log record of each instance, for the console. */
  readonly onInstanceLog?: (suffix: string, record: LogRecord) => void;
  /** Called after each change of state of an instance. */
  readonly onChange?: (instance: Instance) => void;
  /** Whether instances log at level DEBUG, until `setDebug` says otherwise. */
  readonly debug?: boolean;
  /** Milliseconds; defaults 100 s for a start, 100 s from a stop request to SIGTERM, 5 s from SIGTERM to SIGKILL. */
  readonly timeouts?: Partial<InstanceTimeouts>;
  /** Warm spare processes to keep; default 1. */
  readonly spares?: number;
  /** Modules that spares import beforehand: the programs to expect. */
  readonly preload?: readonly string[];
  /** Options of node for instance processes. */
  readonly nodeOptions?: readonly string[];
  /** How many ended instances stay readable; default 200. */
  readonly endedRecords?: number;
}

/** Makes the specification of an instance: the checks and look-ups that come before a start. */
export type Prepare = (signal: AbortSignal) => InstanceSpecification | Promise<InstanceSpecification>;

export const DEFAULT_TIMEOUTS: InstanceTimeouts = { start: 100_000, stop: 100_000, kill: 5000 };
export const DEFAULT_ENDED_RECORDS = 200;
/**
 * An idle instance shall cost little: young objects of a program that streams die within a frame, and a heap that grows is
 * given back.
 */
export const DEFAULT_NODE_OPTIONS: readonly string[] = ['--max-semi-space-size=4', '--no-warnings'];
