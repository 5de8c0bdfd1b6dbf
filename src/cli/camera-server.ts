/** `camserver camera-server`: a standalone camera server, which keeps its configurations in files. */
import type { Command } from 'commander';
import { addCameraOptions, type CameraOptions, runCameraServer, WORKER_DEFAULTS } from './camera-options.js';
import { addConsoleOptions, consoleRoutesFor, type SiteOptions } from './console-options.js';

export function addCameraServerCommand(program: Command): void {
  const command = program
    .command('camera-server')
    .alias('camera_server')
    .description('serve cameras on this machine, with stored configurations');
  addConsoleOptions(addCameraOptions(command, 8888, 'configuration/background_config'))
    .option('-b, --base <folder>', 'stored cameras', 'configuration/camera_config')
    .action(async (options: CameraOptions & SiteOptions & { readonly base: string }) =>
      runCameraServer(
        options,
        options.base,
        WORKER_DEFAULTS,
        await consoleRoutesFor('cameras', null, options),
      ),
    );
}
