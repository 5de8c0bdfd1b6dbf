/** Options of the commands that serve the operators' console. */
import { type Command, Option } from 'commander';
import type { ConsoleOptions } from '../console/server/index.js';
import type { Route } from '../http/index.js';

const ENVIRONMENTS = ['production', 'test', 'simulation'] as const;

export interface SiteOptions {
  readonly siteName: string;
  readonly environment: (typeof ENVIRONMENTS)[number];
  readonly dataBuffer?: string;
  readonly imageBuffer?: string;
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

/** Of servers of pipelines, whose streams are stored. */
export function addBufferOptions(command: Command): Command {
  const what = 'address of its dispatching layer, or "simulated"';
  return command
    .addOption(
      new Option('--data-buffer <url>', `data buffer in the console: ${what}`).env('CAMSERVER_DATA_BUFFER'),
    )
    .addOption(
      new Option('--image-buffer <url>', `image buffer in the console: ${what}`).env(
        'CAMSERVER_IMAGE_BUFFER',
      ),
    );
}

/** @param cameraServer base address of the camera server that pipelines work with; null for a server of cameras */
export async function consoleRoutesFor(
  cluster: ConsoleOptions['cluster'],
  cameraServer: string | null,
  { siteName, environment, dataBuffer, imageBuffer }: SiteOptions,
): Promise<Route[]> {
  const { consoleRoutes, openBuffer } = await import('../console/server/index.js');
  const [data, image] = [openBuffer(dataBuffer ?? null), openBuffer(imageBuffer ?? null)];
  const buffers = { ...(data === null ? {} : { data }), ...(image === null ? {} : { image }) };
  return consoleRoutes({ cluster, cameraServer, siteName, environment, buffers });
}
