/**
 * `camserver <command>`: each command is one file of this folder that adds itself to the program. A command imports what it
 * needs when it runs, so that the others start without it.
 */
import { Command } from 'commander';
import { errorText } from '../common/errors.js';
import { packageVersion } from '../common/package.js';
import { addAuditCommand } from './audit.js';
import { addCameraManagerCommand } from './camera-manager.js';
import { addCameraProxyCommand } from './camera-proxy.js';
import { addCameraServerCommand } from './camera-server.js';
import { addCameraWorkerCommand } from './camera-worker.js';
import { addCompletionCommand } from './completion.js';
import { addConfigCommand } from './config.js';
import { addRestartCommand, addStopCommand } from './instance-commands.js';
import { addLogLevelCommand } from './log-level.js';
import { addLogsCommand } from './logs.js';
import { addMigrateCommand } from './migrate.js';
import { addPipelineManagerCommand } from './pipeline-manager.js';
import { addPipelineProxyCommand } from './pipeline-proxy.js';
import { addPipelineServerCommand } from './pipeline-server.js';
import { addPipelineWorkerCommand } from './pipeline-worker.js';
import { addRecordCommand } from './record.js';
import { addSchemaCommand } from './schema.js';
import { addSecurityCommand } from './security.js';
import { addSimulateCommand } from './simulate.js';
import { addStartCommand } from './start.js';
import { addStatusCommand } from './status.js';
import { addStreamCommands } from './stream-commands.js';
import { addValidateCommand } from './validate.js';
import { addWatchCommand } from './watch.js';

const program = new Command('camserver')
  .description('Accelerator cameras as beam-synchronous streams')
  .version(packageVersion)
  .showHelpAfterError();

const commands = [
  addStartCommand,
  addStatusCommand,
  addLogsCommand,
  addLogLevelCommand,
  addStopCommand,
  addRestartCommand,
  addConfigCommand,
  addCameraServerCommand,
  addCameraWorkerCommand,
  addCameraManagerCommand,
  addCameraProxyCommand,
  addPipelineServerCommand,
  addPipelineWorkerCommand,
  addPipelineManagerCommand,
  addPipelineProxyCommand,
  addValidateCommand,
  addMigrateCommand,
  addSchemaCommand,
  addAuditCommand,
  addSecurityCommand,
  addSimulateCommand,
  addWatchCommand,
  addStreamCommands,
  addRecordCommand,
  addCompletionCommand,
];
for (const addCommand of commands) addCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error(errorText(error));
  process.exit(1);
}
