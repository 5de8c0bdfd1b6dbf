/**
 * `camserver <command>`: each command is one file of this folder that adds itself to the program.
 */
import { Command } from 'commander';
import { packageVersion } from '../common/package.js';

const program = new Command('camserver')
  .description('Accelerator cameras as beam-synchronous streams')
  .version(packageVersion)
  .showHelpAfterError();

await program.parseAsync();
