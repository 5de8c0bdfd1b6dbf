/**
 * `camserver start`: a camera server and a pipeline server on this machine, each in its own process, on a private copy of the
 * sample configuration.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { errorText } from '../common/errors.js';
import { packageRoot } from '../common/package.js';
import { closeOnSignal, type PortRange, parsePort, parsePortRange } from './common-options.js';
import { type ServerProcess, startServerProcess } from './server-process.js';

interface StartOptions {
  readonly cameraPort: number;
  readonly pipelinePort: number;
  readonly cameraStreams: PortRange;
  readonly pipelineStreams: PortRange;
  readonly data: string;
  readonly interface: string;
  readonly hostname: string;
  readonly logLevel: string;
}

const FOLDERS = ['camera_config', 'pipeline_config', 'background_config', 'user_scripts'] as const;
const START_TIMEOUT_MILLISECONDS = 30_000;
/** Two servers, one after the other. */
const STOP_TIMEOUT_MILLISECONDS = 45_000;

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('start a camera server and a pipeline server on this machine, with simulated cameras')
    .option('--camera-port <port>', 'port of the camera server', parsePort, 8888)
    .option('--pipeline-port <port>', 'port of the pipeline server', parsePort, 8889)
    .addOption(portRangeOption('--camera-streams', 'ports of camera streams', { from: 10_100, to: 10_301 }))
    .addOption(
      portRangeOption('--pipeline-streams', 'ports of pipeline streams', { from: 11_100, to: 11_201 }),
    )
    .option('--data <folder>', 'working copy of the configuration, made at the first start', 'data')
    .option('--interface <address>', 'address to listen on', '127.0.0.1')
    .option('--hostname <name>', 'host name in stream addresses', 'localhost')
    .option('--log-level <level>', 'log level of both servers', 'WARNING')
    .action(start);
}

function portRangeOption(flag: string, description: string, range: PortRange): Option {
  return new Option(`${flag} <from:to>`, description)
    .argParser(parsePortRange)
    .default(range, rangeText(range));
}

async function start(options: StartOptions): Promise<void> {
  await requireFreePort(options.interface, options.cameraPort, '--camera-port');
  await requireFreePort(options.interface, options.pipelinePort, '--pipeline-port');
  const data = resolve(options.data);
  prepareData(data);

  const camera = startServerProcess('camera server', cameraArguments(options, data));
  const pipeline = startServerProcess('pipeline server', pipelineArguments(options, data));
  const servers = [camera, pipeline];
  closeOnSignal(() => stopAll(servers), STOP_TIMEOUT_MILLISECONDS);
  const firstEnd = Promise.race(servers.map((server) => server.ended));

  try {
    const answering = Promise.all([
      waitUntilAnswering(`${urlOf(reachable(options), options.cameraPort)}/api/v1/cam/version`),
      waitUntilAnswering(`${urlOf(reachable(options), options.pipelinePort)}/api/v1/pipeline/version`),
    ]);
    await Promise.race([answering, firstEnd.then(failOnEnd)]);
    console.log(welcome(options));
    await firstEnd.then(failOnEnd);
  } catch (error) {
    if (servers.some((server) => server.isStopping())) return;
    console.error(errorText(error));
    await stopAll(servers);
    process.exit(1);
  }
}

function failOnEnd(how: string): never {
  throw new Error(`The ${how}. Its last lines above say why; everything else is stopped.`);
}

async function stopAll(servers: readonly ServerProcess[]): Promise<void> {
  // pipelines first: they are clients of the cameras
  for (const server of [...servers].reverse()) await server.stop();
}

function cameraArguments(options: StartOptions, data: string): string[] {
  return [
    'camera-server',
    ...['--port', String(options.cameraPort), '--interface', options.interface],
    ...['--hostname', options.hostname, '--log_level', options.logLevel],
    ...['--port_range', rangeText(options.cameraStreams), '--environment', 'simulation'],
    ...['--base', join(data, 'camera_config'), '--scripts_base', join(data, 'user_scripts')],
  ];
}

function pipelineArguments(options: StartOptions, data: string): string[] {
  return [
    'pipeline-server',
    ...['--port', String(options.pipelinePort), '--interface', options.interface],
    ...['--hostname', options.hostname, '--log_level', options.logLevel],
    ...['--port_range', rangeText(options.pipelineStreams), '--environment', 'simulation'],
    ...['--cam_server', urlOf(reachable(options), options.cameraPort)],
    ...['--base', join(data, 'pipeline_config'), '--scripts_base', join(data, 'user_scripts')],
    ...['--background_base', join(data, 'background_config')],
  ];
}

function rangeText({ from, to }: PortRange): string {
  return `${from}:${to}`;
}

/** The address under which this machine reaches the servers. */
function reachable({ interface: address }: StartOptions): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
}

function urlOf(host: string, port: number): string {
  return `http://${host}:${port}`;
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

async function waitUntilAnswering(url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
  for (;;) {
    try {
      if ((await fetch(url, { signal: AbortSignal.timeout(1000) })).ok) return;
    } catch {
      // not listening yet
    }
    if (Date.now() > deadline)
      throw new Error(`No answer from ${url} within ${START_TIMEOUT_MILLISECONDS / 1000} s.`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

function welcome(options: StartOptions): string {
  const pipelines = `${urlOf(options.hostname, options.pipelinePort)}/api/v1/pipeline`;
  const server =
    options.pipelinePort === 8889 ? '' : ` --server ${urlOf(options.hostname, options.pipelinePort)}`;
  return [
    '',
    `Camera server   ${urlOf(options.hostname, options.cameraPort)}`,
    `Pipeline server ${urlOf(options.hostname, options.pipelinePort)}`,
    `Configuration   ${relative(process.cwd(), resolve(options.data)) || '.'}`,
    `Console         ${urlOf(options.hostname, options.pipelinePort)}/ui/`,
    '',
    'Both answer; Ctrl-C stops them. In another terminal, try:',
    '',
    `  node bin/camserver.js watch simulation_sp${server}   # live numbers of a simulated beam`,
    `  curl ${pipelines}/instance/simulation_sp   # address of its stream`,
    `  curl ${pipelines}/info   # everything that runs`,
    '',
  ].join('\n');
}
