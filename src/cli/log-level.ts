/** `camserver log-level`: how much a running server and its instances log. */
import type { Command } from 'commander';
import type { JsonObject } from '../common/json.js';
import {
  addClusterOptions,
  type ClusterOptions,
  callServer,
  clusterOf,
  printJson,
  runRemote,
} from './remote.js';

interface LogLevelOptions extends ClusterOptions {
  readonly worker: string | undefined;
}

export function addLogLevelCommand(program: Command): void {
  addClusterOptions(program.command('log-level'))
    .description('show or set, until the next start, the level from which a running server logs')
    .argument('[level]', 'DEBUG, INFO, WARNING, ERROR, CRITICAL')
    .option('--worker <host:port>', 'of this worker instead of the server that is asked')
    .action((level: string | undefined, options: LogLevelOptions) =>
      runRemote(options, async () => {
        const worker = options.worker === undefined ? '' : `?worker=${encodeURIComponent(options.worker)}`;
        const path = `/log-level/${clusterOf(options)}${worker}`;
        const change =
          level === undefined
            ? {}
            : ({ method: 'PUT', body: { level: level.toUpperCase() } as JsonObject } as const);
        const answer = await callServer(options, path, change);
        if (options.json) printJson(answer);
        else console.log(String(answer.level));
      }),
    );
}
