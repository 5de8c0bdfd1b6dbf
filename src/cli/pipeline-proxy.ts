/** `camserver pipeline-proxy`: one address for several pipeline servers that share a configuration folder. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { makeFolder, requireFolder } from './common-options.js';
import { guardOf } from './guard.js';
import { addPoolOptions, type PoolOptions, poolSettings } from './manager-options.js';

interface Options extends PoolOptions {
  readonly cam_server: string;
  readonly background_base: string;
}

export function addPipelineProxyCommand(program: Command): void {
  const command = program
    .command('pipeline-proxy')
    .alias('pipeline_proxy')
    .description('stand in front of pipeline servers that share their stored configurations');
  addPoolOptions(command, 8899, 'pipeline_config')
    .option('-c, --cam_server <url>', 'camera proxy or server', 'http://0.0.0.0:8898')
    .option('-g, --background_base <folder>', 'backgrounds', 'configuration/background_config')
    .option('-u, --scripts_base <folder>', 'accepted for old unit files; the servers have the scripts')
    .action(async (options: Options) => {
      requireFolder(options.base, 'configuration');
      makeFolder(options.background_base);
      const settings = {
        ...poolSettings(options),
        cameraServer: options.cam_server,
        backgroundFolder: resolve(options.background_base),
        guard: guardOf('pipelines', 'pipeline-proxy', options),
      };
      const { startPipelineProxy } = await import('../proxy/proxy-server.js');
      const { runServer } = await import('./run-server.js');
      await runServer(() => startPipelineProxy(settings));
    });
}
