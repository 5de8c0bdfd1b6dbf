/** Options that the commands of camera servers and workers share. */
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Route } from '../http/index.js';
import {
  addInstanceOptions,
  addServerOptions,
  type InstanceServerOptions,
  makeFolder,
  parseWhole,
  pythonOption,
  requireFolder,
} from './common-options.js';
import { foundationOptions } from './foundation-options.js';
import { type RegistrationOptions, withRegistration } from './registration-options.js';

export interface CameraOptions extends InstanceServerOptions {
  readonly background_base: string;
  readonly scripts_base: string;
  readonly mode: number;
  readonly spares: number;
  readonly python?: string;
}

/** What only a worker has options for. */
export interface WorkerOptions {
  readonly ipc_feed_folder: string;
  readonly abort_on_error: boolean;
  readonly default_queue_size: number;
  /** Seconds; undefined: the default of the library. */
  readonly epics_timeout: number | undefined;
}

export const WORKER_DEFAULTS: WorkerOptions = {
  ipc_feed_folder: '/tmp',
  abort_on_error: true,
  default_queue_size: 100,
  epics_timeout: undefined,
};

export function addCameraOptions(command: Command, port: number, backgroundFolder: string): Command {
  addServerOptions(command, port)
    .option('-u, --scripts_base <folder>', 'scripts of users', 'configuration/user_scripts')
    .option('-g, --background_base <folder>', 'backgrounds', backgroundFolder)
    .option(
      '-m, --mode <mode>',
      'port of a stopped camera: 0, 2 kept; 1 kept until the source type changes; 3 given back; 4 given back, the last one preferred',
      parseMode,
      0,
    );
  return addInstanceOptions(command)
    .addOption(pythonOption())
    .option('--spares <count>', 'warm spare processes', parseWhole, 1);
}

function parseMode(text: string): number {
  if (/^[0-4]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A mode is a number from 0 to 4.');
}

/** Starts the server; ends the program with status 255 when a folder is missing. */
export async function runCameraServer(
  options: CameraOptions,
  configFolder: string | null,
  worker: WorkerOptions,
  routes: readonly Route[] = [],
  registration: Partial<RegistrationOptions> = {},
): Promise<void> {
  if (configFolder !== null) requireFolder(configFolder, 'configuration');
  makeFolder(join(options.scripts_base, 'lib'));
  makeFolder(options.background_base);

  const { CAMERA_PORTS, startCameraServer } = await import('../camera/server.js');
  const { CAMERA_DEFAULTS } = await import('../camera/settings.js');
  const { instanceServerExtension } = await import('./server-extension.js');
  const { runServer } = await import('./run-server.js');
  const { epics_timeout: timeout } = worker;
  const role = configFolder === null ? 'worker' : 'server';
  await runServer(async () => {
    const server = await startCameraServer({
      port: options.port,
      interface: options.interface,
      hostname: options.hostname,
      portRange: options.port_range ?? CAMERA_PORTS,
      mode: options.mode,
      configFolder: configFolder === null ? null : resolve(configFolder),
      backgroundFolder: resolve(options.background_base),
      scriptFolder: resolve(options.scripts_base),
      ipcFolder: resolve(worker.ipc_feed_folder),
      defaults: {
        queueSize: Math.max(1, worker.default_queue_size),
        abortOnError: worker.abort_on_error,
        channelAccessTimeout: timeout === undefined ? CAMERA_DEFAULTS.channelAccessTimeout : timeout * 1000,
        scriptFolder: resolve(options.scripts_base),
        python: options.python ?? null,
      },
      logLevel: options.log_level,
      spares: options.spares,
      routes,
      onReset: () => process.kill(process.pid, 'SIGTERM'),
      extend: (parts) =>
        instanceServerExtension(parts, {
          role,
          cameraServer: null,
          foundation: foundationOptions(options, `camera-${role}`, options.scripts_base),
        }),
    });
    return withRegistration(server, options.hostname, registration);
  });
}
