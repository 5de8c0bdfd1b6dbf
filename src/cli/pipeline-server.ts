/** `camserver pipeline-server`: a standalone pipeline server, which keeps its configurations in files. */
import type { Command } from 'commander';
import { PIPELINE_DEFAULTS } from '../worker/defaults.js';
import { parseBoolean } from './common-options.js';
import {
  addBufferOptions,
  addConsoleOptions,
  consoleRoutesFor,
  type SiteOptions,
} from './console-options.js';
import { addPipelineOptions, type PipelineOptions, runPipelineServer } from './pipeline-options.js';

interface Options extends PipelineOptions, SiteOptions {
  readonly base: string;
  readonly abort_on_error: boolean;
}

export function addPipelineServerCommand(program: Command): void {
  const command = program
    .command('pipeline-server')
    .alias('pipeline_server')
    .description('serve pipelines on this machine, with stored configurations');
  addBufferOptions(addConsoleOptions(addPipelineOptions(command, 8889, 'configuration/background_config')))
    .option('-b, --base <folder>', 'stored pipelines', 'configuration/pipeline_config')
    .option('-x, --abort_on_error [boolean]', 'default of the key abort_on_error', parseBoolean, true)
    .action(async (options: Options) =>
      runPipelineServer(
        options,
        options.base,
        { ...PIPELINE_DEFAULTS, abortOnError: options.abort_on_error },
        await consoleRoutesFor('pipelines', options.cam_server, options),
      ),
    );
}
