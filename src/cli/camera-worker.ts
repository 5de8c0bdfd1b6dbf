/** `camserver camera-worker`: a node of a cluster, which gets its configurations from a manager. */
import type { Command } from 'commander';
import {
  addCameraOptions,
  type CameraOptions,
  runCameraServer,
  WORKER_DEFAULTS,
  type WorkerOptions,
} from './camera-options.js';
import { parseBoolean, parseNumber, parseWhole } from './common-options.js';
import { addRegistrationOptions, type RegistrationOptions } from './registration-options.js';

export function addCameraWorkerCommand(program: Command): void {
  const command = program
    .command('camera-worker')
    .alias('camera_worker')
    .description('run cameras that a manager places on this machine');
  const { ipc_feed_folder, abort_on_error, default_queue_size } = WORKER_DEFAULTS;
  addRegistrationOptions(addCameraOptions(command, 8880, 'configuration/tmp/camera_background_config'))
    .option('-e, --epics_timeout <seconds>', 'for one value of Channel Access; default 2', parseNumber)
    .option('-f, --ipc_feed_folder <folder>', 'sockets of streams with protocol ipc', ipc_feed_folder)
    .option(
      '-x, --abort_on_error [boolean]',
      'default of the key abort_on_error',
      parseBoolean,
      abort_on_error,
    )
    .option(
      '-q, --default_queue_size <count>',
      'default of the key queue_size',
      parseWhole,
      default_queue_size,
    )
    .action((options: CameraOptions & WorkerOptions & RegistrationOptions) =>
      runCameraServer(options, null, options, [], options),
    );
}
