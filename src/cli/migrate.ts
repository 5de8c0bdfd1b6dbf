/** `camserver migrate --dry-run`: what becomes of each file of a configuration folder of the Python CamServer. */
import type { Command } from 'commander';
import { errorText } from '../common/errors.js';
import { EXIT_MISCONFIGURED } from './common-options.js';

interface MigrateOptions {
  readonly dryRun: boolean;
  readonly python: string;
  readonly strict: boolean;
  readonly json: boolean;
}

/** Exit status for a call that is not understood, as for commands that cannot reach their server. */
const EXIT_USAGE = 2;

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('say, file by file, what becomes of a configuration folder of the Python CamServer')
    .argument(
      '[folder]',
      'holds camera_config, pipeline_config, background_config and user_scripts',
      'configuration',
    )
    .option('--dry-run', 'needed: the files are used as they are, so there is nothing else to do', false)
    .option('--python <interpreter>', 'Python that will run the scripts', 'python3')
    .option('--strict', 'exit with status 1 for what is unknown as well', false)
    .option('--json', 'the verdicts as JSON', false)
    .action(migrate);
}

async function migrate(folder: string, options: MigrateOptions): Promise<void> {
  if (!options.dryRun) {
    console.error(
      'CamServer works with the files as they are, so nothing is converted: start it on the folder (docs/migrate.md). ' +
        'With --dry-run this command says what becomes of each file.',
    );
    process.exit(EXIT_USAGE);
  }
  const { siteFolders } = await import('../proxy/v2/folder-checks.js');
  const { migrationReport, verdicts } = await import('./migration-report.js');
  const folders = await siteFolders(folder);
  if (folders.cameras === null && folders.pipelines === null) {
    console.error(`There is neither camera_config nor pipeline_config in '${folder}'.`);
    process.exit(EXIT_MISCONFIGURED);
  }
  try {
    const files = await migrationReport(folders, options.python);
    const counts = Object.fromEntries(
      verdicts.map((verdict) => [verdict, files.filter((file) => file.verdict === verdict).length]),
    );
    if (options.json) console.log(JSON.stringify({ ...counts, files }, null, 1));
    else {
      for (const { file, verdict, notes } of files) {
        console.log(
          `${verdict.padEnd(9)}  ${file}${notes.map((note) => `\n${' '.repeat(11)}${note}`).join('')}`,
        );
      }
      console.log(verdicts.map((verdict) => `${counts[verdict]} ${verdict}`).join(', '));
    }
    process.exitCode = counts.refused! > 0 || (options.strict && counts.unknown! > 0) ? 1 : 0;
  } catch (error) {
    console.error(errorText(error));
    process.exitCode = EXIT_MISCONFIGURED;
  }
}
