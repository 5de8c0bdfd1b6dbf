/**
 * What a manager knows of its cluster at the moment, with ages, and what happened: the read side that `/api/v2`, the console
 * and the placement rules share. All of it comes from memory; reading never waits for a worker.
 */
import type { JsonObject } from '../common/json.js';
import type { PlacementRule } from './placement.js';
import type { PoolServer } from './pool-configuration.js';

export type FamilyName = 'camera' | 'pipeline';

/** `suspect`: it was not heard of yet, or its last answer is overdue; `unreachable`: it takes nothing and counts as gone. */
export type Reachability = 'reachable' | 'suspect' | 'unreachable';

/** A server of the pool as it was last seen. */
export interface WorkerView extends PoolServer {
  readonly compactName: string;
  readonly reachability: Reachability;
  /** Milliseconds since the last good answer; null when there was none. */
  readonly age: number | null;
  /** Why the last question was not answered; null when it was. */
  readonly fault: string | null;
  /** Changes whenever the server was restarted; null for servers that do not tell. */
  readonly bootId: string | null;
  readonly version: string | null;
  /** Percent of all processors, bytes in use, bytes per second. */
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly tx: number | null;
  readonly rx: number | null;
  /** Records of the running instances by name (`rest-api.md` 9.2, 9.3); empty while the server is unreachable. */
  readonly instances: Readonly<Record<string, JsonObject>>;
  /** Names that are on their way there. */
  readonly reserved: readonly string[];
}

/** A server that the configuration names but that is switched off. */
export interface DisabledServer {
  readonly address: string;
  readonly compactName: string;
}

export type PermanentState =
  /** Switched off with `#`. */
  | 'disabled'
  /** There is no configuration of that name. */
  | 'missing configuration'
  | 'running'
  | 'starting'
  /** It ended or could not be started; the next attempt has a time. */
  | 'waiting'
  /** It ended or failed many times in a short while; attempts are rare. */
  | 'crash loop'
  /** It runs but its statistics stand still, or nothing comes in while its camera runs. */
  | 'frozen';

export interface PermanentView {
  readonly name: string;
  readonly configuration: string;
  readonly state: PermanentState;
  /** Address of the server where it runs or is being started. */
  readonly server: string | null;
  /** Starts by this manager since the entry was listed. */
  readonly starts: number;
  /** Failures one after the other, as the back-off counts them. */
  readonly failures: number;
  readonly lastFailure: { readonly time: string; readonly reason: string } | null;
  /** ISO 8601; null when no attempt is planned. */
  readonly nextAttempt: string | null;
  /** Of a frozen instance: what stands still. */
  readonly frozen: string | null;
}

/** Why an instance would go where; `server` is null when nothing would take it. */
export interface PlacementExplanation {
  readonly instance: string;
  readonly configuration: string | null;
  readonly cameraName: string | null;
  readonly server: string | null;
  readonly rule: PlacementRule | null;
  readonly port: number | null;
  /** One sentence for each rule that was looked at, in order. */
  readonly explanation: readonly string[];
  /** What the decision was taken on. */
  readonly candidates: readonly {
    readonly server: string;
    readonly reachability: Reachability;
    readonly age: number | null;
    readonly load: number;
    readonly cpu: number | null;
    readonly expanding: boolean;
    readonly draining: boolean;
    readonly limits: PoolServer['limits'];
  }[];
}

export type ClusterEvent =
  /** The pool was changed: a server added, removed, enabled, disabled, or its settings changed. */
  | { readonly type: 'pool'; readonly servers: readonly string[] }
  | {
      readonly type: 'worker';
      readonly server: string;
      readonly reachability: Reachability;
      readonly reason: string | null;
    }
  /** Something else answers under this address than before: the server was restarted. */
  | { readonly type: 'worker restarted'; readonly server: string }
  | { readonly type: 'instance started'; readonly server: string; readonly name: string }
  | { readonly type: 'instance ended'; readonly server: string; readonly name: string }
  /** Fresh statistics of a server. */
  | { readonly type: 'polled'; readonly server: string }
  | { readonly type: 'permanent'; readonly permanent: PermanentView }
  /** Two servers ran the same instance; `stopped` is the one that gave way. */
  | {
      readonly type: 'duplicate';
      readonly name: string;
      readonly kept: string;
      readonly stopped: string;
    }
  | {
      readonly type: 'stored';
      readonly kind: 'configuration' | 'background' | 'script' | 'library';
      readonly name: string;
      readonly action: 'saved' | 'deleted';
    };

export interface ClusterView {
  readonly family: FamilyName;
  /** The servers of the pool, in its order. */
  workers(): readonly WorkerView[];
  disabled(): readonly DisabledServer[];
  permanent(): readonly PermanentView[];
  /**
   * Where an instance would go, without starting it.
   * @param configuration name of a stored configuration; null when `config` is given
   * @param config a configuration that is not stored; null otherwise
   * @throws CamServerError when there is no such configuration
   */
  explain(query: {
    readonly instance: string | null;
    readonly configuration: string | null;
    readonly config: JsonObject | null;
    readonly originAddress: string | null;
  }): Promise<PlacementExplanation>;
  /** Called with each event from now on; the returned function ends that. */
  onEvent(listener: (event: ClusterEvent) => void): () => void;
}

/** What operators can order beyond the old contract. All wait until it is done, and say what happened as events. */
export interface ClusterControl {
  /** Sets keys of one server in the pool configuration; null removes a key. The server is added when it is new. */
  changeServer(address: string, changes: JsonObject): Promise<void>;
  removeServer(address: string): Promise<void>;
  /**
   * The server takes nothing new from now on. With `move` its permanent instances are started elsewhere, one by one, before
   * they are stopped here; on-demand ones end when their clients leave, unless `move` is `all`, which stops them.
   */
  drain(address: string, move: 'none' | 'permanent' | 'all', signal?: AbortSignal): Promise<DrainResult>;
  /** Takes a drained server back into use. */
  undrain(address: string): Promise<void>;
  /**
   * Stops an instance and starts it again from the stored configuration it came from.
   * @param target address of the server it shall run on; null: where placement puts it
   */
  restart(instance: string, target: string | null): Promise<void>;
}

export interface DrainResult {
  readonly moved: readonly { readonly name: string; readonly server: string }[];
  readonly stopped: readonly string[];
  readonly left: readonly string[];
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}
