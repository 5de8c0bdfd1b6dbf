/** What an operator should look at, with the time since when. */
import type { AlarmRecord, ClusterName, InstanceRecord, PermanentRecord, WorkerRecord } from './records.js';

type AlarmFinding = Omit<AlarmRecord, 'since' | 'cluster'>;

export class Alarms {
  private since = new Map<string, string>();

  constructor(private readonly cluster: ClusterName) {}

  /** @param instances before those of the same name were put together */
  update(
    workers: readonly WorkerRecord[],
    instances: readonly InstanceRecord[],
    permanent: readonly PermanentRecord[],
  ): AlarmRecord[] {
    const findings = [
      ...workerFindings(workers),
      ...instanceFindings(instances),
      ...permanentFindings(permanent),
    ];
    const now = new Date().toISOString();
    const present = new Map<string, string>();
    const alarms = findings.map((finding) => {
      const key = `${finding.kind} ${finding.target}`;
      const since = this.since.get(key) ?? now;
      present.set(key, since);
      return { ...finding, cluster: this.cluster, since };
    });
    this.since = present;
    return alarms;
  }
}

function workerFindings(workers: readonly WorkerRecord[]): AlarmFinding[] {
  const findings: AlarmFinding[] = workers
    .filter(({ state }) => state === 'unreachable')
    .map(({ worker, error }) => ({
      kind: 'worker_down',
      severity: 'error',
      target: worker,
      text: error ?? 'It does not answer.',
    }));
  const versions = new Set(workers.map(({ version }) => version).filter((version) => version !== null));
  if (versions.size > 1) {
    findings.push({
      kind: 'version_mismatch',
      severity: 'warning',
      target: 'workers',
      text: `The workers run different versions: ${[...versions].sort().join(', ')}.`,
    });
  }
  return findings;
}

function instanceFindings(instances: readonly InstanceRecord[]): AlarmFinding[] {
  const findings: AlarmFinding[] = [];
  const workersByName = new Map<string, string[]>();
  for (const { instance, worker, state, rule } of instances) {
    if (state === 'frozen' || state === 'blocked') {
      const severity = state === 'frozen' ? 'error' : 'warning';
      findings.push({ kind: state, severity, target: instance, text: rule });
    }
    if (worker === null) continue;
    const workers = workersByName.get(instance);
    if (workers === undefined) workersByName.set(instance, [worker]);
    else workers.push(worker);
  }
  for (const [target, workers] of workersByName) {
    if (workers.length < 2) continue;
    const text = `It runs more than once: ${workers.join(', ')}.`;
    findings.push({ kind: 'duplicate', severity: 'error', target, text });
  }
  return findings;
}

function permanentFindings(permanent: readonly PermanentRecord[]): AlarmFinding[] {
  return permanent
    .filter(({ state }) => ['missing configuration', 'waiting', 'crash loop'].includes(state))
    .map(({ instance, state, last_failure: failure }) => ({
      kind: 'permanent_down',
      severity: 'error',
      target: instance,
      text: failure === null ? `It is not running: ${state}.` : `It is not running: ${failure.reason}`,
    }));
}
