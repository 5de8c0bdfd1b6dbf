/** `camserver pipeline-manager`: the pipelines of many workers behind one address. */
import type { Command } from 'commander';
import type { ManagerContext } from '../proxy/manager-context.js';
import { parseNumber } from './common-options.js';
import {
  addBufferOptions,
  addConsoleOptions,
  consoleRoutesFor,
  type SiteOptions,
} from './console-options.js';
import { foundationOptions } from './foundation-options.js';
import { addManagerOptions, type ManagerOptions, managerSettings } from './manager-options.js';

interface Options extends ManagerOptions, SiteOptions {
  readonly cam_server: string;
  readonly background_files_days_to_live: number;
  readonly sharedReadOnly: boolean;
}

export function addPipelineManagerCommand(program: Command): void {
  const command = program
    .command('pipeline-manager')
    .alias('pipeline_manager')
    .description('place pipelines on workers, with stored configurations');
  addBufferOptions(addConsoleOptions(addManagerOptions(command, 8889, 'pipeline_config')))
    .option('-c, --cam_server <url>', 'camera manager or server', 'http://0.0.0.0:8888')
    .option(
      '-l, --background_files_days_to_live <days>',
      'age at which backgrounds are removed at the start; negative: never',
      parseNumber,
      -1,
    )
    .option('--shared-read-only', 'streams by id cannot be reconfigured', false)
    .action(async (options: Options) => {
      const { startPipelineManager } = await import('../proxy/pipeline-manager-server.js');
      const { managerExtension } = await import('./server-extension.js');
      const { runServer } = await import('./run-server.js');
      const settings = {
        ...managerSettings(options),
        routes: await consoleRoutesFor('pipelines', options.cam_server, options),
        cameraServer: options.cam_server,
        sharedReadOnly: options.sharedReadOnly,
        backgroundDaysToLive: options.background_files_days_to_live,
        extend: (context: ManagerContext) =>
          managerExtension(context, {
            cameraServer: options.cam_server,
            foundation: foundationOptions(options, 'pipeline-manager', options.scripts_base),
          }),
      };
      await runServer(() => startPipelineManager(settings));
    });
}
