/**
 * `camserver start`: a whole cluster on this machine, every server in its own process, on a private copy of the sample
 * configuration. Servers that end are started again, as a supervisor does on a real cluster.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { errorText } from '../common/errors.js';
import { formatJson } from '../common/json.js';
import { packageRoot } from '../common/package.js';
import { closeOnSignal, type PortRange, parsePort, parsePortRange, parseWhole } from './common-options.js';
import { type StartInstanceOptions, startInstance } from './instance-commands.js';
import { type ClusterPlan, type LocalClusterOptions, planCluster, type ServerPlan } from './local-cluster.js';
import { addClusterOptions, runRemote } from './remote.js';
import { KeptServer } from './server-process.js';

interface StartOptions extends LocalClusterOptions {
  readonly json: boolean;
  readonly data: string;
}

const FOLDERS = ['camera_config', 'pipeline_config', 'background_config', 'user_scripts'] as const;
const START_TIMEOUT_MILLISECONDS = 60_000;
/** Managers, pipeline workers and camera workers, one group after the other. */
const STOP_TIMEOUT_MILLISECONDS = 65_000;

export function addStartCommand(program: Command): void {
  addClusterOptions(program.command('start'))
    .description(
      'start a cluster on this machine, with simulated cameras; or an instance on a running cluster or server',
    )
    .argument(
      '[configuration]',
      'stored pipeline (with --cameras a camera) to start on the cluster of --server',
    )
    .option('--as <instance>', 'name of the instance (default: that of the configuration)')
    .option('--reason <text>', 'for the audit log')
    .option('--hosts <count>', 'hosts to imitate, each with a camera and a pipeline worker', parseHosts, 2)
    .option('--camera-port <port>', 'port of the camera manager', parsePort, 8888)
    .option('--pipeline-port <port>', 'port of the pipeline manager', parsePort, 8889)
    .option('--worker-ports <port>', 'port of the first worker; the others follow', parsePort, 8801)
    .addOption(portRangeOption('--camera-streams', 'ports of camera streams', { from: 10_100, to: 10_301 }))
    .addOption(
      portRangeOption('--pipeline-streams', 'ports of pipeline streams', { from: 11_100, to: 11_201 }),
    )
    .option('--data <folder>', 'working copy of the configuration, made at the first start', 'data')
    .option('--interface <address>', 'address to listen on', '127.0.0.1')
    .option('--hostname <name>', 'host name in stream addresses', 'localhost')
    .option('--log-level <level>', 'log level of all servers', 'WARNING')
    .action((configuration: string | undefined, options: StartOptions & StartInstanceOptions) =>
      configuration === undefined
        ? start(options)
        : runRemote(options, () => startInstance(configuration, options)),
    );
}

function parseHosts(text: string): number {
  const hosts = parseWhole(text);
  if (hosts < 1 || hosts > 20) throw new InvalidArgumentError('It must be from 1 to 20.');
  return hosts;
}

function portRangeOption(flag: string, description: string, range: PortRange): Option {
  return new Option(`${flag} <from:to>`, description)
    .argParser(parsePortRange)
    .default(range, `${range.from}:${range.to}`);
}

async function start(options: StartOptions): Promise<void> {
  const data = resolve(options.data);
  prepareData(data);
  const plan = planCluster(options, data);
  const { managers, pipelineWorkers, cameraWorkers } = plan;
  await requireFreePort(options.interface, options.cameraPort, '--camera-port');
  await requireFreePort(options.interface, options.pipelinePort, '--pipeline-port');
  for (const { port } of [...pipelineWorkers, ...cameraWorkers]) {
    await requireFreePort(options.interface, port, '--worker-ports');
  }

  // managers first at the end, so that they move nothing; then pipelines, which are clients of the cameras
  const groups = [managers, pipelineWorkers, cameraWorkers].map((group) => group.map(keep));
  const stopAll = async (): Promise<void> => {
    for (const group of groups) await Promise.all(group.map((server) => server.stop()));
  };
  closeOnSignal(stopAll, STOP_TIMEOUT_MILLISECONDS);
  try {
    const servers = groups.flat();
    const failed = Promise.race(servers.map((server) => server.failed)).then((how) => {
      throw new Error(
        `The ${how} before it answered. Its last lines above say why; everything else is stopped.`,
      );
    });
    await Promise.race([Promise.all(servers.map((server) => server.answering())), failed]);
    for (const server of servers) server.restartFromNowOn();
    console.log(options.json ? formatJson(addressesOf(options, plan)) : welcome(options, plan));
  } catch (error) {
    if (groups.flat().some((server) => server.isStopping)) return;
    console.error(errorText(error));
    await stopAll();
    process.exit(1);
  }
}

function keep(plan: ServerPlan): KeptServer {
  return new KeptServer(plan.name, plan.commandLine, plan.probe, START_TIMEOUT_MILLISECONDS);
}

/** Copies the samples that are not there yet; what is there is never touched. */
function prepareData(data: string): void {
  mkdirSync(data, { recursive: true });
  for (const folder of FOLDERS) {
    const target = join(data, folder);
    if (existsSync(target)) continue;
    const sample = join(packageRoot, 'config', folder);
    if (existsSync(sample)) cpSync(sample, target, { recursive: true });
    else mkdirSync(target);
  }
}

async function requireFreePort(host: string, port: number, option: string): Promise<void> {
  try {
    await new Promise<void>((done, fail) => {
      const probe = createServer().once('error', fail);
      probe.listen({ host, port }, () => probe.close(() => done()));
    });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = taken ? 'another program uses it' : errorText(error);
    throw new Error(
      `Port ${port} of ${host} cannot be used: ${reason}. Stop that program, or choose another port with ${option}.`,
    );
  }
}

/** Base addresses of the servers, as clients reach them. */
function addressesOf({ hostname, cameraPort, pipelinePort }: StartOptions, plan: ClusterPlan) {
  const url = (port: number): string => `http://${hostname}:${port}`;
  return {
    camera_manager: url(cameraPort),
    camera_workers: plan.cameraWorkers.map(({ port }) => url(port)),
    pipeline_manager: url(pipelinePort),
    pipeline_workers: plan.pipelineWorkers.map(({ port }) => url(port)),
  };
}

function welcome(options: StartOptions, plan: ClusterPlan): string {
  const addresses = addressesOf(options, plan);
  const { camera_manager: cameras, pipeline_manager: pipelines } = addresses;
  const server = options.pipelinePort === 8889 ? '' : ` --server ${pipelines}`;
  return [
    '',
    `Camera manager   ${cameras}   workers ${addresses.camera_workers.join(' ')}`,
    `Pipeline manager ${pipelines}   workers ${addresses.pipeline_workers.join(' ')}`,
    `Configuration    ${relative(process.cwd(), resolve(options.data)) || '.'}`,
    `Console          ${pipelines}/ui/`,
    '',
    'All answer; Ctrl-C stops them. In another terminal, try:',
    '',
    `  node bin/camserver.js watch simulation_sp${server}   # live numbers of a simulated beam`,
    `  curl ${pipelines}/api/v1/pipeline/instance/simulation_sp   # address of its stream`,
    `  curl ${pipelines}/api/v1/proxy/info   # everything that runs, and where`,
    '',
  ].join('\n');
}
