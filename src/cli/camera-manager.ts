/** `camserver camera-manager`: the cameras of many workers behind one address. */
import type { Command } from 'commander';
import type { ManagerContext } from '../proxy/manager-context.js';
import { parseNumber } from './common-options.js';
import { addConsoleOptions, consoleRoutesFor, type SiteOptions } from './console-options.js';
import { foundationOptions } from './foundation-options.js';
import { addManagerOptions, type ManagerOptions, managerSettings } from './manager-options.js';

export function addCameraManagerCommand(program: Command): void {
  const command = program
    .command('camera-manager')
    .alias('camera_manager')
    .description('place cameras on workers, with stored configurations');
  addConsoleOptions(addManagerOptions(command, 8888, 'camera_config'))
    .option(
      '-e, --epics_timeout <seconds>',
      'accepted for old unit files; workers ask the cameras, not the manager',
      parseNumber,
    )
    .action(async (options: ManagerOptions & SiteOptions) => {
      const { startCameraManager } = await import('../proxy/camera-manager-server.js');
      const { runServer } = await import('./run-server.js');
      const { managerExtension } = await import('./server-extension.js');
      const settings = {
        ...managerSettings(options),
        routes: await consoleRoutesFor('cameras', null, options),
        extend: (context: ManagerContext) =>
          managerExtension(context, {
            cameraServer: null,
            foundation: foundationOptions(options, 'camera-manager', options.scripts_base),
          }),
      };
      await runServer(() => startCameraManager(settings));
    });
}
