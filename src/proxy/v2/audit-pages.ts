/** Records of the audit logs of one cluster or of both, in pages: each cluster counts its own records. */
import { CamServerError } from '../../common/errors.js';
import type { StoredAuditRecord } from '../../storage/index.js';
import { type ClusterName, clusterNames } from './records.js';

/** As one log gives it: newest first; where to go on, null when there are no more. */
export interface AuditPage {
  readonly records: readonly StoredAuditRecord[];
  readonly next: number | null;
}

/** Records with a smaller sequence are wanted; of a cluster that is not named all are. */
export type Positions = Partial<Record<ClusterName, number>>;

/**
 * Where a page begins: `17`, or `pipelines:17,cameras:4`.
 * @param single the cluster that is asked for; null when it is both
 * @throws CamServerError INVALID_QUERY
 */
export function readPositions(text: string | undefined, single: ClusterName | null): Positions {
  if (text === undefined || text === '') return {};
  if (single !== null && /^[1-9]\d{0,14}$/.test(text)) return { [single]: Number(text) };
  const positions: Positions = {};
  for (const part of text.split(',')) {
    const [, cluster, sequence] = /^(\w+):([1-9]\d{0,14})$/.exec(part) ?? [];
    if (!clusterNames.includes(cluster as ClusterName)) {
      throw new CamServerError('INVALID_QUERY', `before: '${text}' is no \`next\` of an earlier page.`);
    }
    positions[cluster as ClusterName] = Number(sequence);
  }
  return positions;
}

/** The newest of all pages, and where each of them goes on; null when nothing is left. */
export function joinPages(
  pages: ReadonlyMap<ClusterName, AuditPage>,
  limit: number,
  before: Positions,
): { readonly records: readonly StoredAuditRecord[]; readonly next: string | null } {
  const all = [...pages].flatMap(([cluster, { records }]) =>
    records.map((record) => ({ cluster, record, time: Date.parse(String(record.time)) })),
  );
  // of one log the order stays, also when its clock went back
  const taken = all.sort((left, right) => right.time - left.time).slice(0, limit);
  const positions: string[] = [];
  let isMore = false;
  for (const [cluster, { records, next }] of pages) {
    const sequences = taken.filter((entry) => entry.cluster === cluster).map(({ record }) => record.sequence);
    const position = sequences.length > 0 ? Math.min(...sequences) : before[cluster];
    if (next !== null || sequences.length < records.length) isMore = true;
    if (position !== undefined) positions.push(`${cluster}:${position}`);
  }
  return { records: taken.map(({ record }) => record), next: isMore ? positions.join(',') : null };
}
