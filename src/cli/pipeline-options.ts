/** Options that the commands of pipeline servers and workers share. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Route } from '../http/index.js';
import { PIPELINE_PORTS, type PipelineDefaults } from '../worker/defaults.js';
import type { PipelineServerOptions } from '../worker/server.js';
import {
  addInstanceOptions,
  addServerOptions,
  type InstanceServerOptions,
  parseWhole,
  pythonOption,
  requireFolder,
} from './common-options.js';
import { foundationOptions } from './foundation-options.js';
import { type RegistrationOptions, withRegistration } from './registration-options.js';

export interface PipelineOptions extends InstanceServerOptions {
  readonly cam_server: string;
  readonly background_base: string;
  readonly scripts_base: string;
  readonly sharedReadOnly: boolean;
  readonly spares: number;
  readonly python?: string;
}

export function addPipelineOptions(command: Command, port: number, backgroundFolder: string): Command {
  addServerOptions(command, port)
    .option('-c, --cam_server <url>', 'camera server or manager', 'http://0.0.0.0:8888')
    .option('-g, --background_base <folder>', 'backgrounds', backgroundFolder)
    .option('-u, --scripts_base <folder>', 'scripts of users', 'configuration/user_scripts');
  return addInstanceOptions(command)
    .addOption(pythonOption())
    .option('--shared-read-only', 'streams by id cannot be reconfigured', false)
    .option('--spares <count>', 'warm spare processes', parseWhole, 1);
}

/** Starts the server; ends the program with status 255 when a folder is missing. */
export async function runPipelineServer(
  options: PipelineOptions,
  configFolder: string | null,
  defaults: PipelineDefaults,
  routes: readonly Route[] = [],
  registration: Partial<RegistrationOptions> = {},
): Promise<void> {
  if (configFolder !== null) requireFolder(configFolder, 'configuration');
  requireFolder(options.background_base, 'background');
  requireFolder(options.scripts_base, 'scripts');
  mkdirSync(join(options.scripts_base, 'lib'), { recursive: true });

  const { startPipelineServer } = await import('../worker/server.js');
  const { instanceServerExtension } = await import('./server-extension.js');
  const { runServer } = await import('./run-server.js');
  const role = configFolder === null ? 'worker' : 'server';
  const serverOptions: PipelineServerOptions = {
    port: options.port,
    interface: options.interface,
    hostname: options.hostname,
    portRange: options.port_range ?? PIPELINE_PORTS,
    cameraServer: options.cam_server,
    configFolder: configFolder === null ? null : resolve(configFolder),
    backgroundFolder: resolve(options.background_base),
    scriptFolder: resolve(options.scripts_base),
    defaults,
    logLevel: options.log_level,
    sharedReadOnly: options.sharedReadOnly,
    spares: options.spares,
    ...(options.python !== undefined && { python: options.python }),
    routes,
    onReset: () => process.kill(process.pid, 'SIGTERM'),
    extend: (parts) =>
      instanceServerExtension(parts, {
        role,
        cameraServer: options.cam_server,
        foundation: foundationOptions(options, `pipeline-${role}`, options.scripts_base),
      }),
  };
  await runServer(async () =>
    withRegistration(await startPipelineServer(serverOptions), options.hostname, registration),
  );
}
