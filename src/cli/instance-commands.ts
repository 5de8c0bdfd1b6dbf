/** `camserver stop` and `camserver restart`, and starting an instance on a running cluster. */
import type { Command } from 'commander';
import type { JsonObject } from '../common/json.js';
import {
  addClusterOptions,
  type ClusterOptions,
  callServer,
  clusterOf,
  printJson,
  RemoteError,
  runRemote,
} from './remote.js';

interface ChangeOptions extends ClusterOptions {
  readonly reason: string | undefined;
}

interface RestartOptions extends ChangeOptions {
  readonly worker: string | undefined;
}

/** Milliseconds: a start or a stop may take 100 s. */
const LONG = 130_000;
const LOOK_INTERVAL = 200;

export function addStopCommand(program: Command): void {
  addClusterOptions(program.command('stop'))
    .description('stop an instance of a running cluster or server')
    .argument('<instance>')
    .option('--reason <text>', 'for the audit log')
    .action((instance: string, options: ChangeOptions) =>
      runRemote(options, async () => {
        const answer = await callServer(options, `${pathOf(instance, options)}/stop`, {
          method: 'POST',
          body: {},
          timeout: LONG,
          reason: options.reason,
        });
        if (options.json) return printJson(answer);
        const note = answer.returns === true ? ' It is permanent and comes back.' : '';
        console.log(`'${instance}' is stopped.${note}`);
      }),
    );
}

export function addRestartCommand(program: Command): void {
  addClusterOptions(program.command('restart'))
    .description('stop an instance of a running cluster or server and start it again')
    .argument('<instance>')
    .option('--worker <host:port>', 'where it shall run')
    .option('--reason <text>', 'for the audit log')
    .action((instance: string, options: RestartOptions) =>
      runRemote(options, () => restart(instance, options)),
    );
}

async function restart(instance: string, options: RestartOptions): Promise<void> {
  const started = await callServer(options, `${pathOf(instance, options)}/restart`, {
    method: 'POST',
    body: options.worker === undefined ? {} : { worker: options.worker },
    reason: options.reason,
  });
  const task = await finished(started, options);
  if (options.json) printJson(task);
  else console.log(`'${instance}' runs again.`);
}

/** Waits for a task. @throws RemoteError when it fails */
async function finished(started: JsonObject, options: ClusterOptions): Promise<JsonObject> {
  let task = started;
  while (task.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
    task = await callServer(options, `/tasks/${started.task}?cluster=${clusterOf(options)}`);
  }
  if (task.state !== 'done') throw new RemoteError(String(task.error), 1, task);
  return task;
}

export interface StartInstanceOptions extends ChangeOptions {
  readonly as: string | undefined;
}

/** Starts a stored configuration on a running cluster. */
export async function startInstance(configuration: string, options: StartInstanceOptions): Promise<void> {
  const answer = await callServer(options, `/instances/${clusterOf(options)}`, {
    method: 'POST',
    body: { configuration, instance: options.cameras ? null : (options.as ?? configuration) },
    timeout: LONG,
    reason: options.reason,
  });
  if (options.json) printJson(answer);
  else console.log(`'${answer.instance}' sends on ${answer.stream_address}`);
}

function pathOf(instance: string, options: ClusterOptions): string {
  return `/instances/${clusterOf(options)}/${encodeURIComponent(instance)}`;
}
