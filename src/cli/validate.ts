/** `camserver validate`: everything that is wrong in the folders of a site, before anything is started with them. */
import type { Command } from 'commander';
import type { FileFinding, SiteFolders } from '../proxy/v2/folder-checks.js';
import { EXIT_MISCONFIGURED } from './common-options.js';

interface ValidateOptions {
  readonly cameras: string | undefined;
  readonly pipelines: string | undefined;
  readonly backgrounds: string | undefined;
  readonly scripts: string | undefined;
  readonly json: boolean;
  readonly strict: boolean;
}

export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .alias('validate_configs')
    .description('check the folders of a site: every configuration, the pool, the permanent instances')
    .argument(
      '[folder]',
      'holds camera_config, pipeline_config, background_config and user_scripts',
      'configuration',
    )
    .option('-c, --cameras <folder>', 'stored cameras, when they are elsewhere')
    .option('-p, --pipelines <folder>', 'stored pipelines, when they are elsewhere')
    .option('-b, --backgrounds <folder>', 'backgrounds, when they are elsewhere')
    .option('-u, --scripts <folder>', 'scripts of users, when they are elsewhere')
    .option('--strict', 'exit with status 1 for warnings as well', false)
    .option('--json', 'the findings as JSON', false)
    .action(validate);
}

async function validate(folder: string, options: ValidateOptions): Promise<void> {
  const { checkSite, siteFolders } = await import('../proxy/v2/folder-checks.js');
  const found = await siteFolders(folder);
  const folders: SiteFolders = {
    cameras: options.cameras ?? found.cameras,
    pipelines: options.pipelines ?? found.pipelines,
    backgrounds: options.backgrounds ?? found.backgrounds,
    scripts: options.scripts ?? found.scripts,
  };
  if (folders.cameras === null && folders.pipelines === null) {
    console.error(
      `There is neither camera_config nor pipeline_config in '${folder}'. Name the folder that holds them, or use --cameras and --pipelines.`,
    );
    process.exit(EXIT_MISCONFIGURED);
  }
  const { files, findings } = await checkSite(folders);
  const count = (severity: FileFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  if (options.json) console.log(JSON.stringify({ files, errors, warnings, findings }, null, 1));
  else {
    for (const finding of findings) console.log(lineOf(finding));
    console.log(`${files} files, ${errors} errors, ${warnings} warnings`);
  }
  process.exitCode = errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

function lineOf({ file, line, severity, path, message }: FileFinding): string {
  const place = line === null ? file : `${file}:${line}`;
  return `${place}: ${severity}: ${path === '' ? '' : `${path}: `}${message}`;
}
