/** `camserver pipeline-worker`: a node of a cluster, which gets its configurations from a manager. */
import type { Command } from 'commander';
import { PIPELINE_DEFAULTS } from '../worker/defaults.js';
import { parseBoolean, parseWhole } from './common-options.js';
import { addPipelineOptions, type PipelineOptions, runPipelineServer } from './pipeline-options.js';
import { addRegistrationOptions, type RegistrationOptions } from './registration-options.js';

interface Options extends PipelineOptions, RegistrationOptions {
  readonly abort_on_error: boolean;
  readonly abort_on_timeout: boolean;
  readonly default_queue_size: number;
  readonly default_block: boolean;
}

export function addPipelineWorkerCommand(program: Command): void {
  const command = program
    .command('pipeline-worker')
    .alias('pipeline_worker')
    .description('run pipelines that a manager places on this machine');
  const { abortOnError, abortOnTimeout, queueSize, block } = PIPELINE_DEFAULTS;
  addRegistrationOptions(addPipelineOptions(command, 8881, 'configuration/tmp/background_config'))
    .option('-x, --abort_on_error [boolean]', 'default of the key abort_on_error', parseBoolean, abortOnError)
    .option(
      '-y, --abort_on_timeout [boolean]',
      'default of the key abort_on_timeout',
      parseBoolean,
      abortOnTimeout,
    )
    .option('-q, --default_queue_size <count>', 'default of the key queue_size', parseWhole, queueSize)
    .option('-b, --default_block [boolean]', 'default of the key block', parseBoolean, block)
    .action((options: Options) =>
      runPipelineServer(
        options,
        null,
        {
          abortOnError: options.abort_on_error,
          abortOnTimeout: options.abort_on_timeout,
          queueSize: options.default_queue_size,
          block: options.default_block,
        },
        [],
        options,
      ),
    );
}
