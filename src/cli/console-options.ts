/** Options of the commands that serve the operators' console. */
import { type Command, Option } from 'commander';
import type { ConsoleOptions } from '../console/server/index.js';
import type { Route } from '../http/index.js';

const ENVIRONMENTS = ['production', 'test', 'simulation'] as const;

export interface SiteOptions {
  readonly siteName: string;
  readonly environment: (typeof ENVIRONMENTS)[number];
}

export function addConsoleOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--site-name <name>', 'name of the site in the console')
        .env('CAMSERVER_SITE_NAME')
        .default('CamServer'),
    )
    .addOption(
      new Option('--environment <kind>', 'colour of the bar of the console')
        .env('CAMSERVER_ENVIRONMENT')
        .choices(ENVIRONMENTS)
        .default('production'),
    );
}

/** @param cameraServer base address of the camera server that pipelines work with; null for a server of cameras */
export async function consoleRoutesFor(
  cluster: ConsoleOptions['cluster'],
  cameraServer: string | null,
  { siteName, environment }: SiteOptions,
): Promise<Route[]> {
  const { consoleRoutes } = await import('../console/server/index.js');
  return consoleRoutes({ cluster, cameraServer, siteName, environment });
}
