/**
 * `camserver record <instance> <file>`: writes a stream into an HDF5 file, in the layouts of pipelines of mode FILE. The file is
 * closed properly however the recording ends.
 */
import { type Command, Option } from 'commander';
import { formatJson } from '../common/json.js';
import {
  addStreamOptions,
  EXIT_SILENT,
  isAddress,
  pipelineServer,
  type StreamOptions,
  streamAddress,
} from './stream-address.js';
import type { RecordingResult } from './stream-recording.js';

interface RecordOptions extends StreamOptions {
  readonly pull: boolean;
  readonly channels?: string;
  readonly layout: string;
  readonly localtime: boolean;
  readonly compress: boolean;
}

export function addRecordCommand(program: Command): void {
  addStreamOptions(program.command('record'), 0, 'the summary as JSON')
    .description('write a stream into an HDF5 file, until Ctrl-C or for a number of messages')
    .argument('<file>', 'HDF5 file; one that is there is replaced')
    .option(
      '--pull',
      'the stream at the address is of mode PUSH; recording takes messages away from its other readers',
      false,
    )
    .option('-c, --channels <names>', 'channels to write, separated by commas (default: all)')
    .addOption(
      new Option('-l, --layout <name>', 'layout').choices(['DEFAULT', 'FLAT', 'BSH5']).default('DEFAULT'),
    )
    .option('--no-localtime', 'write no time per channel')
    .option('--compress', 'bit shuffle and LZ4 (filter 32008), for which other readers need a plug-in', false)
    .action(record);
}

async function record(instance: string, file: string, options: RecordOptions): Promise<void> {
  const { recordStream } = await import('./stream-recording.js');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const address = await streamAddress(instance, options);
  const result = await recordStream({
    address,
    file,
    mode: options.pull || (await isPushed(instance, options)) ? 'PULL' : 'SUB',
    messages: options.number,
    silence: options.timeout,
    channels: options.channels?.split(',').map((name) => name.trim()) ?? null,
    layout: options.layout,
    localtime: options.localtime,
    compress: options.compress,
    stop: stop.signal,
    progress: (text) => console.error(text),
  });
  console.log(options.json ? summaryJson(result, file) : summaryText(result, file));
  if (result.outcome === 'silent') {
    console.error(`No message from ${address} for ${options.timeout} s.`);
    process.exit(EXIT_SILENT);
  }
  // the server's connection pool would keep the process for a while
  process.exit(0);
}

function summaryText(
  { messages, firstPulseId, lastPulseId, dropped }: RecordingResult,
  file: string,
): string {
  const range = firstPulseId === null ? '' : ` of pulses ${firstPulseId} to ${lastPulseId}`;
  const lost = dropped === 0 ? '' : `; ${dropped} were dropped because the disk was too slow`;
  return `${messages} messages${range} are in ${file}${lost}`;
}

function summaryJson(result: RecordingResult, file: string): string {
  const { outcome, messages, dropped, firstPulseId, lastPulseId } = result;
  const pulses = { first_pulse_id: firstPulseId, last_pulse_id: lastPulseId };
  return formatJson({ file, outcome, messages, ...pulses, dropped });
}

/** Whether the instance shares its messages among its readers. */
async function isPushed(instance: string, { camera, server }: RecordOptions): Promise<boolean> {
  if (camera || isAddress(instance)) return false;
  const { PipelineClient } = await import('../client/index.js');
  const config = await new PipelineClient(pipelineServer(server)).instanceConfig(instance);
  const { pipeline_type: type, mode } = config;
  return type === 'store' || (mode ?? (type === 'fanout' ? 'PUSH' : 'PUB')) === 'PUSH';
}
