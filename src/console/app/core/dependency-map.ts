/** What reads from what: cameras, the pipelines on them, pipelines on pipelines, and what is pushed to buffers. */
import { type InstanceRecord, instanceKey } from './plant.js';

export interface MapNode {
  readonly key: string;
  readonly name: string;
  readonly kind: 'camera' | 'pipeline' | 'buffers';
  /** Null: it does not run. */
  readonly instance: InstanceRecord | null;
  /** From the left: longest way from a camera. */
  readonly column: number;
  /** From the top; may lie between two rows. */
  readonly row: number;
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
}

export interface DependencyMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** All pushed streams end here: which buffer takes them is not known of the instances. */
export const BUFFERS = 'buffers';

type Raw = Omit<MapNode, 'column' | 'row'>;

/** @param focus key of a node: only what it depends on and what depends on it; empty or unknown: everything */
export function dependencyMap(instances: readonly InstanceRecord[], focus: string): DependencyMap {
  const nodes = nodesOf(instances);
  const all = edgesOf(instances).filter(({ from, to }) => nodes.has(from) && nodes.has(to));
  const kept = nodes.has(focus) ? connected(focus, all) : new Set(nodes.keys());
  const edges = all.filter(({ from, to }) => kept.has(from) && kept.has(to));
  return {
    nodes: placed(
      [...nodes.values()].filter(({ key }) => kept.has(key)),
      edges,
    ),
    edges,
  };
}

function nodesOf(instances: readonly InstanceRecord[]): Map<string, Raw> {
  const nodes = new Map<string, Raw>();
  const add = (key: string, name: string, kind: Raw['kind'], instance: InstanceRecord | null): void => {
    if (instance !== null || !nodes.has(key)) nodes.set(key, { key, name, kind, instance });
  };
  for (const entry of instances) {
    const { cluster, key, name, camera, inputs, output, mode } = entry;
    add(key, name, cluster === 'cameras' ? 'camera' : 'pipeline', entry);
    if (cluster === 'cameras') continue;
    if (camera !== null) add(instanceKey('cameras', camera), camera, 'camera', null);
    for (const other of output === null ? inputs : [...inputs, output]) {
      add(instanceKey('pipelines', other), other, 'pipeline', null);
    }
    if (mode === 'PUSH') add(BUFFERS, 'Buffers', 'buffers', null);
  }
  return nodes;
}

function edgesOf(instances: readonly InstanceRecord[]): MapEdge[] {
  return instances
    .filter(({ cluster }) => cluster === 'pipelines')
    .flatMap(({ key, camera, inputs, output, mode }) => [
      // what reads from pipelines has its camera from them
      ...(camera === null || inputs.length > 0 ? [] : [{ from: instanceKey('cameras', camera), to: key }]),
      ...inputs.map((input) => ({ from: instanceKey('pipelines', input), to: key })),
      ...(output === null ? [] : [{ from: key, to: instanceKey('pipelines', output) }]),
      ...(mode === 'PUSH' ? [{ from: key, to: BUFFERS }] : []),
    ]);
}

/** What a node depends on, itself, and what depends on it. */
function connected(focus: string, edges: readonly MapEdge[]): Set<string> {
  const kept = new Set<string>();
  const walk = (ahead: (edge: MapEdge) => readonly [here: string, there: string]): void => {
    const seen = new Set([focus]);
    for (const key of seen) {
      kept.add(key);
      for (const edge of edges) {
        const [here, there] = ahead(edge);
        if (here === key) seen.add(there);
      }
    }
  };
  walk(({ from, to }) => [from, to]);
  walk(({ from, to }) => [to, from]);
  return kept;
}

function placed(nodes: readonly Raw[], edges: readonly MapEdge[]): MapNode[] {
  const columns = columnsOf(nodes, edges);
  const rows = new Map<string, number>();
  const last = Math.max(0, ...columns.values());
  const result: MapNode[] = [];
  for (let column = 0; column <= last; column += 1) {
    const wanted = nodes
      .filter(({ key }) => columns.get(key) === column)
      .map((node) => ({ node, at: meanRow(node.key, edges, rows) }))
      .sort((a, b) => a.at - b.at || a.node.name.localeCompare(b.node.name, 'en'));
    let next = 0;
    for (const { node, at } of wanted) {
      const row = Math.max(next, Number.isFinite(at) ? at : next);
      rows.set(node.key, row);
      result.push({ ...node, column, row });
      next = row + 1;
    }
  }
  return result;
}

/** Infinite for what has nothing before it: it goes below. */
function meanRow(key: string, edges: readonly MapEdge[], rows: ReadonlyMap<string, number>): number {
  const before = edges.flatMap(({ from, to }) => (to === key ? (rows.get(from) ?? []) : []));
  if (before.length === 0) return Number.POSITIVE_INFINITY;
  return before.reduce((sum, row) => sum + row, 0) / before.length;
}

function columnsOf(nodes: readonly Raw[], edges: readonly MapEdge[]): Map<string, number> {
  const columns = new Map(nodes.map(({ key, kind }) => [key, kind === 'camera' ? 0 : 1]));
  // as many rounds as nodes are enough for every way without a circle, and end in one
  for (let round = 0; round < nodes.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      const needed = columns.get(from)! + 1;
      if (columns.get(to)! >= needed || needed > nodes.length) continue;
      columns.set(to, needed);
      moved = true;
    }
    if (!moved) break;
  }
  return columns;
}
