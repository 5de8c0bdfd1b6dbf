/** Figures of a cluster for Prometheus, read when they are asked for. */
import { Gauge, type Registry } from 'prom-client';
import type { ClusterView, PermanentState, Reachability } from './cluster-view.js';

const REACHABILITIES: readonly Reachability[] = ['reachable', 'suspect', 'unreachable'];
const PERMANENT_STATES: readonly PermanentState[] = [
  'disabled',
  'missing configuration',
  'running',
  'starting',
  'waiting',
  'crash loop',
  'frozen',
];

export function collectClusterMetrics(view: ClusterView, registry: Registry): void {
  new Gauge({
    name: 'camserver_cluster_servers',
    help: 'Servers of the pool by how they can be reached',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const workers = view.workers();
      for (const state of REACHABILITIES) {
        this.set({ state }, workers.filter(({ reachability }) => reachability === state).length);
      }
    },
  });
  new Gauge({
    name: 'camserver_cluster_server_instances',
    help: 'Instances that run on a server',
    labelNames: ['server'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { address, instances } of view.workers()) {
        this.set({ server: address }, Object.keys(instances).length);
      }
    },
  });
  new Gauge({
    name: 'camserver_cluster_server_answer_age_seconds',
    help: 'Time since the last answer of a server',
    labelNames: ['server'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { address, age } of view.workers()) {
        if (age !== null) this.set({ server: address }, age / 1000);
      }
    },
  });
  new Gauge({
    name: 'camserver_cluster_permanent_instances',
    help: 'Permanent instances by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const permanent = view.permanent();
      for (const state of PERMANENT_STATES) {
        this.set({ state }, permanent.filter((entry) => entry.state === state).length);
      }
    },
  });
}
