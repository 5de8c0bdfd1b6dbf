/**
 * Placing instances on the servers of a pool: a fresh look, a decision, a reservation in the same turn, the start, and
 * another server when the chosen one is gone.
 */
import type { InstanceClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import type { Logger } from '../common/logging.js';
import { noteChange } from '../common/request-context.js';
import type { FamilyName } from './cluster-view.js';
import { ClusterEvents } from './events.js';
import { type PlacementDecision, type PlacementRequest, place } from './placement.js';
import { Pool, throughputOf } from './pool.js';
import type { ServerWatch } from './server-watch.js';

export interface ClusterOptions<Client extends InstanceClient> {
  readonly family: FamilyName;
  readonly createClient: (address: string) => Client;
  readonly pollInterval: number;
  readonly infoTimeout: number;
  readonly log: Logger;
}

export interface Placement<Client extends InstanceClient> {
  readonly decision: PlacementDecision;
  readonly watch: ServerWatch<Client>;
}

export interface PlacedResult<T> {
  readonly server: string;
  readonly result: T;
}

/** Servers that are tried after the first one could not be reached. */
const FURTHER_ATTEMPTS = 2;
/** Milliseconds that a start goes on after its server was found unreachable. */
const PATIENCE = 5000;
/** Names of which something is remembered. */
const REMEMBERED = 5000;

export class Cluster<Client extends InstanceClient = InstanceClient> {
  readonly family: FamilyName;
  readonly events: ClusterEvents;
  readonly pool: Pool<Client>;
  /** Bytes per second that instances of a name received when they last ran. */
  private readonly weights = new Map<string, number>();
  /** Where instances were last started from here. */
  private readonly lastServers = new Map<string, string>();

  constructor(options: ClusterOptions<Client>) {
    this.family = options.family;
    this.events = new ClusterEvents(options.log);
    this.pool = new Pool({ ...options, emit: this.events.emit });
    this.events.listen((event) => {
      if (event.type === 'polled') this.rememberWeights(event.server);
    });
  }

  /** Where an instance would go now. @throws CamServerError NO_SERVER */
  decide(request: PlacementRequest, avoid: ReadonlySet<string> = new Set()): PlacementDecision {
    return place(
      this.pool.snapshots().filter((server) => !avoid.has(server.address)),
      request,
    );
  }

  /**
   * Chooses a server for an instance and starts it there. Until the server reports it, the instance counts as on its way.
   * @param start the way to the running instance; called again for another server when the first one cannot be reached
   * @param avoid addresses of servers that must not be chosen
   */
  async start<T>(
    request: PlacementRequest,
    start: (placement: Placement<Client>) => Promise<T>,
    avoid: Iterable<string> = [],
  ): Promise<PlacedResult<T>> {
    noteChange({ target: request.instance });
    const avoided = new Set(avoid);
    for (let attempt = 0; ; attempt += 1) {
      await this.pool.refresh();
      const { decision, watch, release } = this.reserve(request, avoided);
      try {
        const result = await this.unlessGone(watch, start({ decision, watch }));
        remember(this.lastServers, request.instance, watch.address);
        watch.invalidate();
        void watch.refresh().then(release);
        return { server: watch.address, result };
      } catch (error) {
        release();
        watch.invalidate();
        const isGone = error instanceof CamServerError && error.code === 'SERVER_UNREACHABLE';
        if (!isGone || attempt >= FURTHER_ATTEMPTS) throw error;
        avoided.add(watch.address);
        if (this.pool.watches().every(({ address }) => avoided.has(address))) throw error;
      }
    }
  }

  /** Address of the server on which an instance was last started from here; null when that is not known. */
  lastServerOf(instance: string): string | null {
    return this.lastServers.get(instance) ?? null;
  }

  close(): void {
    this.pool.close();
  }

  /**
   * What `work` gives, or SERVER_UNREACHABLE when the server stays unreachable: one that hangs may hold an answer back for as
   * long as a start may take. One that is merely busy with starts is waited for.
   */
  private unlessGone<T>(watch: ServerWatch<Client>, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const stopListening = this.events.listen((event) => {
        if (event.type !== 'worker' || event.server !== watch.address) return;
        clearTimeout(timer);
        if (event.reachability !== 'unreachable') return;
        const text = `${watch.address} stopped answering: ${event.reason}`;
        timer = setTimeout(() => reject(new CamServerError('SERVER_UNREACHABLE', text)), PATIENCE);
      });
      work.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        stopListening();
      });
    });
  }

  /** Decision and reservation in one turn of the event loop, so that simultaneous requests see each other. */
  private reserve(
    request: PlacementRequest,
    avoided: ReadonlySet<string>,
  ): Placement<Client> & { readonly release: () => void } {
    const decision = this.decide(request, avoided);
    const { address } = decision.server;
    const reservation = this.pool.reservations.add({
      server: address,
      name: request.instance,
      cameraName: request.cameraName,
      weight: this.weights.get(request.configuration ?? '') ?? this.weights.get(request.instance) ?? 0,
    });
    return {
      decision,
      watch: this.pool.watchOf(address)!,
      release: () => this.pool.reservations.release(reservation),
    };
  }

  private rememberWeights(server: string): void {
    const instances = this.pool.watchOf(server)?.current.instances ?? {};
    for (const [name, record] of Object.entries(instances)) {
      const throughput = throughputOf(record);
      if (throughput > 0) remember(this.weights, name, throughput);
    }
  }
}

/** The name that was not heard of for longest gives way. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
