/** `camserver camera-proxy`: one address for several camera servers that share a configuration folder. */
import type { Command } from 'commander';
import { parseNumber, requireFolder } from './common-options.js';
import { guardOf } from './guard.js';
import { addPoolOptions, type PoolOptions, poolSettings } from './manager-options.js';

export function addCameraProxyCommand(program: Command): void {
  const command = program
    .command('camera-proxy')
    .alias('camera_proxy')
    .description('stand in front of camera servers that share their stored configurations');
  addPoolOptions(command, 8898, 'camera_config')
    .option(
      '-e, --epics_timeout <seconds>',
      'accepted for old unit files; servers ask the cameras, not the proxy',
      parseNumber,
    )
    .action(async (options: PoolOptions) => {
      requireFolder(options.base, 'configuration');
      const { startCameraProxy } = await import('../proxy/proxy-server.js');
      const { runServer } = await import('./run-server.js');
      const guard = guardOf('cameras', 'camera-proxy', options);
      await runServer(() => startCameraProxy({ ...poolSettings(options), guard }));
    });
}
