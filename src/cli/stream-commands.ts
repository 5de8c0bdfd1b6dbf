/** `camserver inspect`, `stats` and `receive`: looking at a stream as it comes over the wire. */
import type { Command } from 'commander';
import type { ReceivedMessage } from '../bsread/types.js';
import { addStreamOptions, EXIT_SILENT, type StreamOptions, streamAddress } from './stream-address.js';

interface ReadOptions extends StreamOptions {
  readonly pull: boolean;
}

const WAIT = 100;
const LINE_INTERVAL = 1000;

export function addStreamCommands(program: Command): void {
  streamCommand(program, 'inspect', 1)
    .description('show the channels of a stream as a table: name, type, size, compression, value')
    .action((instance: string, options: ReadOptions) => inspect(instance, options));
  streamCommand(program, 'stats', 0)
    .description('measure a stream: rates, sizes, missing pulse ids, age; a line a second and a summary')
    .action((instance: string, options: ReadOptions) => stats(instance, options));
  streamCommand(program, 'receive', 0)
    .description('receive a stream: a line per message; with --json all scalars of each')
    .action((instance: string, options: ReadOptions) => receive(instance, options));
}

function streamCommand(program: Command, name: string, messages: number): Command {
  return addStreamOptions(program.command(name), messages, 'JSON instead of text').option(
    '--pull',
    'the stream is of mode PUSH: take messages away from its other readers',
    false,
  );
}

async function inspect(instance: string, options: ReadOptions): Promise<void> {
  const { channelRows } = await import('./stream-table.js');
  const { table } = await import('./remote.js');
  await follow(instance, options, (message) => {
    const channels = channelRows(message);
    if (options.json) {
      console.log(JSON.stringify({ pulse_id: String(message.pulseId), channels }));
      return;
    }
    const rows = channels.map(({ channel, type, size, compression, value }) => [
      channel,
      type,
      size,
      compression,
      value,
    ]);
    console.log(`pulse id ${message.pulseId}`);
    console.log(table(['CHANNEL', 'TYPE', 'SIZE', 'COMPRESSION', 'VALUE'], rows));
  });
}

async function stats(instance: string, options: ReadOptions): Promise<void> {
  const { PulseIdChecker, RateMeter } = await import('../bsread/index.js');
  const seconds = (): number => performance.now() / 1000;
  const pulses = new PulseIdChecker();
  let meter: InstanceType<typeof RateMeter> | null = null;
  let counts = { messagesReceived: 0, totalBytesReceived: 0, messagesDropped: 0 };
  let nextLine = performance.now() + LINE_INTERVAL;
  let age: number | null = null;
  const summary = (): object => ({
    ...meter?.summary(counts, seconds()),
    missedPulses: Number(pulses.missed),
    duplicatedPulses: pulses.duplicated,
    revertedPulses: pulses.reverted,
    messagesDropped: counts.messagesDropped,
    lastAgeSeconds: age,
  });
  await follow(
    instance,
    options,
    (message, statistics) => {
      counts = statistics;
      pulses.update(message);
      meter ??= new RateMeter(statistics, seconds());
      meter.update(statistics, seconds());
      age = ageOf(message);
      if (options.json || performance.now() < nextLine) return;
      nextLine = performance.now() + LINE_INTERVAL;
      const { messageRate = 0, dataRate = 0 } = meter.samples.at(-1) ?? {};
      const shown = age === null ? '' : `  age ${(age * 1000).toFixed(0)} ms`;
      console.log(
        `${messageRate.toFixed(1)} Hz  ${(dataRate / 1e6).toFixed(1)} MB/s  pulse id ${message.pulseId}  missed ${pulses.missed}${shown}`,
      );
    },
    () => console.log(JSON.stringify(summary(), null, options.json ? 0 : 1)),
  );
}

async function receive(instance: string, options: ReadOptions): Promise<void> {
  const { messageLine } = await import('./live-numbers.js');
  await follow(instance, options, (message) => {
    if (options.json) {
      console.log(messageLine(message, null));
      return;
    }
    const { length } = message.channels;
    const age = ageOf(message);
    const shown = age === null ? '' : `  age ${(age * 1000).toFixed(0)} ms`;
    console.log(`pulse id ${message.pulseId}  ${length} channels  ${message.size} bytes${shown}`);
  });
}

/** Seconds between the time stamp of a message and now; the clocks of two machines may differ. */
function ageOf({ timestamp }: ReceivedMessage): number | null {
  if (timestamp === null) return null;
  return Date.now() / 1000 - Number(timestamp.seconds) - Number(timestamp.nanoseconds) / 1e9;
}

interface Counts {
  readonly messagesReceived: number;
  readonly totalBytesReceived: number;
  readonly messagesDropped: number;
}

/** Takes messages until there were enough, Ctrl-C, or silence. */
async function follow(
  instance: string,
  options: ReadOptions,
  take: (message: ReceivedMessage, statistics: Counts) => void,
  end: () => void = () => {},
): Promise<void> {
  const { Receiver } = await import('../bsread/index.js');
  const address = await streamAddress(instance, options);
  const mode = options.pull ? 'PULL' : 'SUB';
  const receiver = new Receiver({ address, mode, highWaterMark: 10, receiveTimeout: WAIT });
  await receiver.open();
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isStopped = true;
    });
  }
  let count = 0;
  let lastMessage = performance.now();
  while (!isStopped && (options.number === 0 || count < options.number)) {
    const message = await receiver.receive();
    if (message === null) {
      if (performance.now() - lastMessage <= options.timeout * 1000) continue;
      console.error(`No message from ${address} for ${options.timeout} s.`);
      process.exitCode = EXIT_SILENT;
      break;
    }
    lastMessage = performance.now();
    count += 1;
    take(message, receiver.statistics);
    message.release();
  }
  end();
  receiver.close();
}
