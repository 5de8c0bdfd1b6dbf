/** The cluster of another server, which this one shows as well: read from its snapshot, and kept when it does not answer. */
import { errorText } from '../../common/errors.js';
import { type Peer, readJson } from './peer.js';
import type { ClusterName, ClusterRecord, ClusterSource } from './records.js';

/** Milliseconds for one snapshot. */
const TIMEOUT = 2000;

export class RemoteCluster implements ClusterSource {
  readonly cluster: ClusterName;
  private last: ClusterRecord | null = null;
  private readAt = 0;

  constructor(private readonly peer: Peer) {
    this.cluster = peer.cluster;
  }

  async read(): Promise<ClusterRecord> {
    try {
      this.last = await this.fetchRecord();
      this.readAt = performance.now();
      return this.last;
    } catch (error) {
      return this.outdated(`${this.peer.address} does not answer: ${errorText(error)}`);
    }
  }

  private async fetchRecord(): Promise<ClusterRecord> {
    const { address, cluster, headers } = this.peer;
    const url = `${address}/api/v2/snapshot?cluster=${cluster}`;
    const body = (await readJson(url, headers, TIMEOUT)) as {
      readonly clusters?: Readonly<Record<string, ClusterRecord>>;
    };
    const record = body.clusters?.[cluster];
    if (record === undefined) throw new Error('it has no /api/v2');
    return record;
  }

  private outdated(error: string): ClusterRecord {
    const { cluster } = this;
    if (this.last === null) {
      const alarm = unreachableAlarm(cluster, error);
      const lists = { workers: [], instances: [], permanent: [], alarms: [alarm] };
      return { cluster, state: 'unreachable', age_ms: null, error, manager: null, ...lists };
    }
    const age = Math.round(performance.now() - this.readAt);
    return {
      ...this.last,
      state: 'unreachable',
      age_ms: age,
      error,
      workers: this.last.workers.map((worker) => ({ ...worker, age_ms: older(worker.age_ms, age) })),
      instances: this.last.instances.map((instance) => ({
        ...instance,
        age_ms: older(instance.age_ms, age),
        statistics_age_ms: older(instance.statistics_age_ms, age),
      })),
      alarms: [...this.last.alarms, unreachableAlarm(cluster, error)],
    };
  }
}

function unreachableAlarm(cluster: ClusterName, text: string): ClusterRecord['alarms'][number] {
  const since = new Date().toISOString();
  return { kind: 'cluster_unreachable', severity: 'error', cluster, target: cluster, text, since };
}

function older(age: number | null, by: number): number | null {
  return age === null ? null : age + by;
}
