/** What the managers and proxies of both families are started with. */
import type { LogLevel } from '../common/logging.js';
import type { Route, ServerExtension } from '../http/index.js';
import type { ManagerContext } from './manager-context.js';

export interface PoolServerOptions {
  /** 0: one that the operating system chooses. */
  readonly port: number;
  readonly interface: string;
  /** Under which clients reach this server. */
  readonly hostname: string;
  readonly configFolder: string;
  /** Text of `--servers`: empty, inline JSON, a file, or addresses separated by commas. */
  readonly servers: string;
  /** Milliseconds for a poll of a server, and for an ordinary call. */
  readonly updateTimeout: number;
  readonly clientTimeout: number;
  /** Milliseconds between polls. */
  readonly pollInterval: number;
  readonly logLevel: LogLevel;
  /** Called 0.1 s after a reset was asked for. */
  readonly onReset: () => void;
  /** Further routes, for example of the console. */
  readonly routes?: readonly Route[];
}

export interface ManagerOptions extends PoolServerOptions {
  readonly backgroundFolder: string;
  readonly scriptFolder: string;
  /** Frozen permanent instances are replaced by new ones. */
  readonly restartFrozen: boolean;
  /** Milliseconds without progress after which an instance counts as frozen; default 15 000. */
  readonly frozenAfter?: number;
  /** Workers that know it may add themselves to the pool; null: none may. */
  readonly registrationSecret: string | null;
  /** What the role adds to the server. */
  readonly extend?: (context: ManagerContext) => Promise<ServerExtension>;
}

/** Milliseconds between polls, unless the options say otherwise. */
export const POLL_INTERVAL = 500;
