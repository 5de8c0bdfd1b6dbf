/** What can be done with instances, workers and managers, each with the question that has to be answered first. */
import { formatHertz } from '../core/format.js';
import type { InstanceRecord, ManagerRecord, WorkerRecord } from '../core/plant.js';
import { workerSegment } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { callJson } from '../data/api.js';
import { navigate } from '../data/navigation.js';
import { plant, whileStopping } from '../data/plant.js';
import { denial } from '../data/session.js';
import { confirmAction } from '../ui/dialog.jsx';
import type { MenuEntry } from '../ui/menu.jsx';
import { assignScript } from './scripts/assign.jsx';

/** Headers that make the reason part of the audit record, and a repeated click one action. */
function headersFor(reason: string): Record<string, string> {
  return reason === '' ? {} : { 'X-Reason': encodeURIComponent(reason) };
}

const instancePath = (entry: InstanceRecord): string =>
  `/api/v2/instances/${entry.cluster}/${encodeURIComponent(entry.name)}`;
function tellToStop(entry: InstanceRecord, json: object, reason: string): Promise<unknown> {
  const options = { method: 'POST', json, headers: headersFor(reason), deadline: 120_000 } as const;
  return whileStopping(entry, callJson(entry.cluster, `${instancePath(entry)}/stop`, options));
}

const workerPath = (worker: WorkerRecord): string =>
  `/api/v2/workers/${worker.cluster}/${encodeURIComponent(worker.name)}`;

/** Stopping these needs the exact name: others depend on them. */
export function isRiskyToStop(entry: InstanceRecord): boolean {
  return entry.permanent || entry.mode === 'PUSH' || (entry.statistics.clients ?? 0) > 0;
}

function consequences(entry: InstanceRecord): string[] {
  const { clients, tx } = entry.statistics;
  const facts = [`${entry.name} on ${entry.worker ?? 'an unknown worker'}, sending ${formatHertz(tx)}`];
  facts.push(clients === 1 ? '1 client loses its stream' : `${clients ?? 0} clients lose their stream`);
  if (entry.mode === 'PUSH') facts.push('It pushes: the data buffer gets a gap');
  if (entry.permanent) facts.push('It is permanent and restarts by itself, usually within 10 s');
  return facts;
}

export function stopInstance(entry: InstanceRecord): void {
  const verb = entry.permanent ? 'Restart' : 'Stop';
  confirmAction({
    tier: isRiskyToStop(entry) ? 2 : 1,
    title: `${verb} ${entry.name}?`,
    target: entry.name,
    facts: consequences(entry),
    actionLabel: `${verb} ${entry.name}`,
    reason: 'optional',
    run: async (reason) => {
      await tellToStop(entry, {}, reason);
      return entry.permanent
        ? `${entry.name} was stopped; it comes back by itself.`
        : `${entry.name} was stopped.`;
    },
  });
}

export function forgetInstance(entry: InstanceRecord): void {
  confirmAction({
    tier: 2,
    title: `Delete the process of ${entry.name}?`,
    target: entry.name,
    facts: [...consequences(entry), 'Its port is given back: the next start may use another one'],
    actionLabel: `Delete ${entry.name}`,
    reason: 'optional',
    run: async (reason) => {
      await tellToStop(entry, { forget: true }, reason);
      return `The process of ${entry.name} was deleted.`;
    },
  });
}

export function stopMany(entries: readonly InstanceRecord[]): void {
  const risky = entries.some(isRiskyToStop);
  confirmAction({
    tier: risky ? 2 : 1,
    title: `Stop ${entries.length} instances?`,
    target: `stop ${entries.length}`,
    facts: entries.map((entry) => consequences(entry).join('. ')),
    actionLabel: `Stop ${entries.length} instances`,
    reason: 'optional',
    run: async (reason) => {
      const results = await Promise.allSettled(entries.map((entry) => tellToStop(entry, {}, reason)));
      const failed = entries.filter((_, index) => results[index]!.status === 'rejected');
      if (failed.length > 0) throw new Error(`Not stopped: ${failed.map((entry) => entry.name).join(', ')}.`);
      return `${entries.length} instances were stopped.`;
    },
  });
}

export function instanceActions(entry: InstanceRecord): MenuEntry[] {
  const open = (tab: string) => () => navigate(pathTo('i', entry.cluster, entry.name, tab));
  const denied = denial('instance.stop');
  const entries: MenuEntry[] = [
    { label: 'View', icon: 'eye', run: open('view') },
    { label: 'Inspect', icon: 'search', run: open('inspect') },
    { label: 'Config', icon: 'configurations', run: open('config') },
    ...(runsFunction(entry)
      ? [
          {
            label: 'Script…',
            icon: 'scripts',
            denied: denial('instance.update') ?? (entry.readOnly ? 'It is shared and read-only.' : null),
            testId: 'instance-script',
            run: () => assignScript(entry),
          } as const,
        ]
      : []),
    { label: 'Logs', icon: 'logs', run: open('logs') },
    {
      label: entry.permanent ? 'Restart…' : 'Stop…',
      icon: 'octagon',
      risky: true,
      denied,
      testId: 'instance-stop',
      run: () => stopInstance(entry),
    },
  ];
  if (entry.cluster === 'cameras') {
    entries.push({
      label: 'Delete process…',
      icon: 'trash',
      risky: true,
      denied,
      testId: 'instance-delete',
      run: () => forgetInstance(entry),
    });
  }
  return entries;
}

/** Pipelines that push data on as they are call no function. */
function runsFunction({ cluster, pipelineType }: InstanceRecord): boolean {
  return cluster === 'pipelines' && !['store', 'fanout', 'fanin'].includes(pipelineType ?? '');
}

function instancesOn(worker: WorkerRecord): readonly InstanceRecord[] {
  const all = plant.value?.instances ?? [];
  return all.filter((entry) => entry.cluster === worker.cluster && entry.worker === worker.name);
}

function workerFacts(worker: WorkerRecord, instances: readonly InstanceRecord[]): string[] {
  if (instances.length === 0) return [`Nothing runs on ${worker.name}`];
  return instances.map((entry) => consequences(entry).join('. '));
}

export function stopAllOn(worker: WorkerRecord): void {
  confirmAction({
    tier: 2,
    title: `Stop all instances on ${worker.name}?`,
    target: worker.name,
    facts: workerFacts(worker, instancesOn(worker)),
    actionLabel: `Stop all on ${worker.name}`,
    reason: 'required',
    run: async (reason) => {
      await callJson(worker.cluster, `${workerPath(worker)}/stop-all`, {
        method: 'POST',
        json: {},
        headers: headersFor(reason),
        deadline: 120_000,
      });
      return `All instances on ${worker.name} were stopped.`;
    },
  });
}

export function restartWorker(worker: WorkerRecord): void {
  confirmAction({
    tier: 2,
    title: `Restart the worker ${worker.name}?`,
    target: worker.name,
    facts: [
      'Its service ends and its supervisor starts it again',
      ...workerFacts(worker, instancesOn(worker)),
    ],
    actionLabel: `Restart ${worker.name}`,
    reason: 'required',
    run: async (reason) => {
      await callJson(worker.cluster, `${workerPath(worker)}/restart`, {
        method: 'POST',
        json: {},
        headers: headersFor(reason),
        deadline: 120_000,
      });
      return `${worker.name} restarts.`;
    },
  });
}

export function drainWorker(worker: WorkerRecord): void {
  const verb = worker.draining ? 'undrain' : 'drain';
  confirmAction({
    tier: 1,
    title: worker.draining ? `Use ${worker.name} again?` : `Drain ${worker.name}?`,
    target: worker.name,
    facts: [
      worker.draining
        ? 'New instances may be placed here again'
        : 'No new instance is placed here; what runs goes on until it ends',
    ],
    actionLabel: worker.draining ? `Use ${worker.name}` : `Drain ${worker.name}`,
    reason: 'optional',
    run: async (reason) => {
      const json = worker.draining ? {} : { move: 'none' };
      await callJson(worker.cluster, `${workerPath(worker)}/${verb}`, {
        method: 'POST',
        json,
        headers: headersFor(reason),
      });
      return worker.draining
        ? `${worker.name} takes new instances.`
        : `${worker.name} takes no new instances.`;
    },
  });
}

export function workerActions(worker: WorkerRecord): MenuEntry[] {
  const page = pathTo('servers', worker.cluster, workerSegment(worker.name));
  return [
    { label: 'Details', icon: 'info', run: () => navigate(page) },
    {
      label: 'Logs',
      icon: 'logs',
      run: () =>
        navigate(
          `${pathTo('logs')}?scope=worker&cluster=${worker.cluster}&server=${encodeURIComponent(worker.name)}`,
        ),
    },
    {
      label: worker.draining ? 'Use again…' : 'Drain…',
      icon: 'pause',
      denied: denial('worker.drain'),
      testId: 'worker-drain',
      run: () => drainWorker(worker),
    },
    {
      label: 'Stop all…',
      icon: 'octagon',
      risky: true,
      denied: denial('instance.stop_all'),
      testId: 'worker-stop-all',
      run: () => stopAllOn(worker),
    },
    {
      label: 'Restart…',
      icon: 'octagon',
      risky: true,
      denied: denial('worker.restart'),
      testId: 'worker-restart',
      run: () => restartWorker(worker),
    },
  ];
}

export function managerActions(manager: ManagerRecord): MenuEntry[] {
  const { cluster, role } = manager;
  return [
    {
      label: 'Logs',
      icon: 'logs',
      run: () => navigate(`${pathTo('logs')}?scope=manager&cluster=${cluster}`),
    },
    { label: 'Placement', icon: 'placement', run: () => navigate(pathTo('placement', cluster)) },
    {
      label: `Restart the ${role}…`,
      icon: 'octagon',
      risky: true,
      denied: denial('manager.restart'),
      testId: 'manager-restart',
      run: () =>
        confirmAction({
          tier: 2,
          title: `Restart the ${cluster} ${role}?`,
          target: cluster,
          facts: [
            'Its service ends and its supervisor starts it again',
            role === 'manager'
              ? 'Running instances are not disturbed; for some seconds nothing new can be started'
              : 'It runs its instances itself: all of them stop',
          ],
          actionLabel: `Restart ${cluster}`,
          reason: 'required',
          run: async (reason) => {
            await callJson(cluster, `/api/v2/manager/${cluster}/restart`, {
              method: 'POST',
              json: {},
              headers: headersFor(reason),
            });
            return `The ${cluster} ${role} restarts.`;
          },
        }),
    },
  ];
}
