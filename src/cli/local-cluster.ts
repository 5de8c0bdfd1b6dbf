/** The servers of `camserver start`: two managers, and on every "host" a camera worker and a pipeline worker. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PortRange } from './common-options.js';

export interface LocalClusterOptions {
  readonly hosts: number;
  readonly cameraPort: number;
  readonly pipelinePort: number;
  /** Port of the first worker; the others have the ports after it. */
  readonly workerPorts: number;
  readonly cameraStreams: PortRange;
  readonly pipelineStreams: PortRange;
  readonly interface: string;
  readonly hostname: string;
  readonly logLevel: string;
}

export interface ServerPlan {
  /** `camera worker 2` */
  readonly name: string;
  readonly port: number;
  /** Answers as soon as the server works. */
  readonly probe: string;
  /** Of `camserver`. */
  readonly commandLine: readonly string[];
}

export interface ClusterPlan {
  readonly managers: readonly ServerPlan[];
  readonly pipelineWorkers: readonly ServerPlan[];
  readonly cameraWorkers: readonly ServerPlan[];
}

/** @param data folder of the configurations; the workers get folders of their own below it, as on different machines */
export function planCluster(options: LocalClusterOptions, data: string): ClusterPlan {
  const hosts = Array.from({ length: options.hosts }, (_, index) => index);
  const cameraWorkers = hosts.map((host) => workerPlan('camera', host, options, data));
  const pipelineWorkers = hosts.map((host) => workerPlan('pipeline', host, options, data));
  return {
    cameraWorkers,
    pipelineWorkers,
    managers: [
      managerPlan('camera', options.cameraPort, cameraWorkers, options, data),
      managerPlan('pipeline', options.pipelinePort, pipelineWorkers, options, data),
    ],
  };
}

/** The address under which this machine reaches the servers. */
export function urlOf({ interface: address }: LocalClusterOptions, port: number): string {
  return `http://${address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address}:${port}`;
}

type Family = 'camera' | 'pipeline';

function managerPlan(
  family: Family,
  port: number,
  workers: readonly ServerPlan[],
  options: LocalClusterOptions,
  data: string,
): ServerPlan {
  const servers = workers.map((worker) => urlOf(options, worker.port)).join(',');
  return {
    name: `${family} manager`,
    port,
    probe: probeOf(family, port, options),
    commandLine: [
      `${family}-manager`,
      ...commonArguments(port, options),
      ...['--servers', servers, '--environment', 'simulation'],
      ...['--base', join(data, `${family}_config`)],
      ...['--scripts_base', join(data, 'user_scripts')],
      ...['--background_base', join(data, 'background_config')],
      ...cameraServer(family, options),
      ...(family === 'pipeline' ? ['--data-buffer', 'simulated', '--image-buffer', 'simulated'] : []),
    ],
  };
}

function workerPlan(family: Family, host: number, options: LocalClusterOptions, data: string): ServerPlan {
  const isCamera = family === 'camera';
  const port = options.workerPorts + 2 * host + (isCamera ? 0 : 1);
  const folder = join(data, 'workers', `host-${host + 1}`);
  const [backgrounds, scripts] = [join(folder, `${family}_background_config`), join(folder, 'user_scripts')];
  for (const path of [backgrounds, scripts]) mkdirSync(path, { recursive: true });
  const streams = isCamera ? options.cameraStreams : options.pipelineStreams;
  return {
    name: `${family} worker ${host + 1}`,
    port,
    probe: probeOf(family, port, options),
    commandLine: [
      `${family}-worker`,
      ...commonArguments(port, options),
      ...['--port_range', shareOf(streams, host, options.hosts)],
      ...['--scripts_base', scripts, '--background_base', backgrounds],
      ...cameraServer(family, options),
    ],
  };
}

function commonArguments(port: number, options: LocalClusterOptions): string[] {
  return [
    ...['--port', String(port), '--interface', options.interface],
    ...['--hostname', options.hostname, '--log_level', options.logLevel],
  ];
}

function cameraServer(family: Family, options: LocalClusterOptions): string[] {
  return family === 'camera' ? [] : ['--cam_server', urlOf(options, options.cameraPort)];
}

function probeOf(family: Family, port: number, options: LocalClusterOptions): string {
  return `${urlOf(options, port)}/api/v1/${family === 'camera' ? 'cam' : 'pipeline'}/version`;
}

/** The ports of one host, as all run on this machine. */
function shareOf({ from, to }: PortRange, host: number, hosts: number): string {
  const share = Math.floor((to - from) / hosts);
  if (share < 1) throw new Error(`The range ${from}:${to} has fewer ports than there are hosts (${hosts}).`);
  return `${from + host * share}:${from + (host + 1) * share}`;
}
