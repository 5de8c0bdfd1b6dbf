/** `camserver status`: what runs where, and what is wrong. */
import type { Command } from 'commander';
import type { AlarmRecord, ClusterRecord, InstanceRecord, WorkerRecord } from '../proxy/v2/records.js';
import { addRemoteOptions, callServer, printJson, type RemoteOptions, runRemote, table } from './remote.js';

interface StatusOptions extends RemoteOptions {
  readonly check: boolean;
}

/** Exit status of `--check` when there is an alarm. */
const EXIT_ALARM = 3;

export function addStatusCommand(program: Command): void {
  addRemoteOptions(program.command('status'))
    .description('show the workers and instances of a running cluster or server')
    .argument('[name]', 'only instances whose name contains this')
    .option('--check', 'exit with status 3 when there is an alarm', false)
    .action((name: string | undefined, options: StatusOptions) =>
      runRemote(options, () => status(name ?? '', options)),
    );
}

async function status(name: string, options: StatusOptions): Promise<void> {
  const snapshot = await callServer(options, '/snapshot');
  const clusters = Object.values(snapshot.clusters as unknown as Record<string, ClusterRecord>);
  if (options.json) printJson(snapshot);
  else console.log(clusters.map((cluster) => clusterText(cluster, name)).join('\n\n'));
  if (options.check && clusters.some(({ alarms }) => alarms.length > 0)) process.exitCode = EXIT_ALARM;
}

function clusterText(cluster: ClusterRecord, name: string): string {
  const { manager, state, error } = cluster;
  const server = manager === null ? '' : `  ${manager.name} ${manager.version}, ${manager.url}`;
  const instances = cluster.instances.filter(({ instance }) => instance.includes(name));
  return [
    `${cluster.cluster.toUpperCase()}  ${state}${error === null ? '' : `: ${error}`}${server}`,
    table(['WORKER', 'STATE', 'INSTANCES', 'CPU %', 'MEMORY', 'RX', 'TX'], cluster.workers.map(workerRow)),
    ...(instances.length === 0
      ? [name === '' ? 'no instances' : `no instance whose name contains '${name}'`]
      : [
          table(
            ['INSTANCE', 'STATE', 'WORKER', 'CLIENTS', 'RX Hz', 'TX Hz', 'CPU %', 'MEMORY', 'STREAM'],
            instances.map(instanceRow),
          ),
        ]),
    ...cluster.alarms.map(alarmLine),
  ].join('\n');
}

function workerRow(worker: WorkerRecord): (string | number)[] {
  const { cpu, memory, rx, tx, instances, state, draining } = worker;
  return [
    worker.worker,
    draining ? `${state}, draining` : state,
    instances ?? '-',
    fixed(cpu, 0),
    bytes(memory),
    `${bytes(rx)}/s`,
    `${bytes(tx)}/s`,
  ];
}

function instanceRow({ instance, state, worker, statistics, permanent, stream_address }: InstanceRecord) {
  return [
    permanent ? `${instance} *` : instance,
    state,
    worker ?? '-',
    statistics?.clients ?? '-',
    fixed(statistics?.rx ?? null, 2),
    fixed(statistics?.tx ?? null, 2),
    fixed(statistics?.cpu ?? null, 0),
    bytes(statistics?.memory ?? null),
    stream_address ?? '-',
  ];
}

function alarmLine({ severity, target, kind, text }: AlarmRecord): string {
  return `! ${severity} ${kind.replaceAll('_', ' ')}: ${target}: ${text}`;
}

function fixed(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}

function bytes(value: number | null): string {
  if (value === null) return '-';
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(value, 1)) / 3)));
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}
