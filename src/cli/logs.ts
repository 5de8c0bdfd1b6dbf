/** `camserver logs`: records of servers and instances of a whole cluster, also as they come. */
import type { Command } from 'commander';
import { formatJson, type JsonObject, parseJson } from '../common/json.js';
import type { LogEntry } from '../proxy/v2/log-filter.js';
import { parseWhole } from './common-options.js';
import {
  addRemoteOptions,
  callServer,
  RemoteError,
  type RemoteOptions,
  request,
  runRemote,
} from './remote.js';

interface LogOptions extends RemoteOptions {
  readonly follow: boolean;
  readonly level: string | undefined;
  readonly grep: string | undefined;
  readonly since: string | undefined;
  readonly number: number;
  readonly worker: string | undefined;
  readonly cluster: string | undefined;
}

export function addLogsCommand(program: Command): void {
  addRemoteOptions(program.command('logs'))
    .description('show the logs of a running cluster or server, or of one instance')
    .argument('[instance]')
    .option('-f, --follow', 'go on with new records until Ctrl-C', false)
    .option('-l, --level <level>', 'the lowest level: DEBUG, INFO, WARNING, ERROR, CRITICAL')
    .option('-g, --grep <text>', 'only records that contain this')
    .option('--since <time>', 'ISO time, or for example 15m, 2h')
    .option('-n, --number <count>', 'the newest so many', parseWhole, 100)
    .option('--worker <host:port>', 'only of this worker')
    .option('--cluster <name>', 'pipelines or cameras; default both')
    .action((instance: string | undefined, options: LogOptions) =>
      runRemote(options, () => logs(instance, options)),
    );
}

async function logs(instance: string | undefined, options: LogOptions): Promise<void> {
  const filter = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) filter.set(name, value);
  };
  set('instance', instance);
  set('level', options.level?.toUpperCase());
  set('q', options.grep);
  set('worker', options.worker);
  set('cluster', options.cluster);
  const past = new URLSearchParams(filter);
  past.set('limit', String(Math.max(1, options.number)));
  if (options.since !== undefined)
    past.set('from', /^\d+[smhd]$/.test(options.since) ? `-${options.since}` : options.since);
  const page = await callServer(options, `/logs?${past}`);
  for (const record of page.records as unknown as LogEntry[]) show(record, options);
  for (const { source, state, error } of page.sources as unknown as JsonObject[]) {
    if (state !== 'ok') console.error(`${source} does not answer: ${error}`);
  }
  if (options.follow) await follow(filter, options);
}

async function follow(filter: URLSearchParams, options: LogOptions): Promise<void> {
  filter.set('topics', 'logs');
  const response = await request(options, `/events?${filter}`, { timeout: 0 });
  if (!response.ok || response.body === null) {
    throw new RemoteError(`${options.server} gives no events (HTTP ${response.status}).`, 1);
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined && /^event: log$/m.test(block))
        show(parseJson(data) as unknown as LogEntry, options);
    }
  }
}

function show(record: LogEntry, { json }: LogOptions): void {
  if (json) {
    console.log(formatJson(record));
    return;
  }
  const { time, level, worker, instance, logger, message } = record;
  const where = [worker, instance].filter((part) => part !== null).join(' ');
  console.log(`${time} ${level.padEnd(8)} ${where === '' ? '' : `[${where}] `}${logger} - ${message}`);
}
