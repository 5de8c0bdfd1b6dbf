/**
 * `camserver watch <instance>`: asks a server for the stream of an instance, which starts it when needed, and shows its numbers;
 * a stream address is watched directly.
 */
import type { Command } from 'commander';
import { parseNumber, parseWhole } from './common-options.js';
import { streamAddress } from './stream-address.js';

interface WatchOptions {
  readonly server?: string;
  readonly camera: boolean;
  readonly channels?: string;
  readonly json: boolean;
  readonly number: number;
  readonly timeout: number;
}

/** Exit status when the stream stays silent. */
const EXIT_SILENT = 2;
/** Milliseconds between two pictures on a terminal, and between two lines elsewhere. */
const REDRAW = 250;
const LINE = 1000;

export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .description('show the live numbers of a pipeline instance or of a camera, starting it when needed')
    .argument(
      '<instance>',
      'instance id or stored pipeline; with --camera the name of a camera; or a stream address',
    )
    .option(
      '-s, --server <url>',
      'pipeline or camera server (default: http://localhost:8889 or CAMSERVER_URL; 8888 for cameras)',
    )
    .option('--camera', 'ask a camera server', false)
    .option('-c, --channels <names>', 'channels to show, separated by commas (default: the usual scalars)')
    .option('--json', 'one JSON object per message', false)
    .option('-n, --number <count>', 'end after so many messages; 0: never', parseWhole, 0)
    .option('-t, --timeout <seconds>', 'end with status 2 after so much silence', parseNumber, 10)
    .action(watch);
}

async function watch(instance: string, options: WatchOptions): Promise<void> {
  const { Receiver } = await import('../bsread/index.js');
  const { LiveNumbers, messageLine } = await import('./live-numbers.js');
  const address = await streamAddress(instance, options);
  const receiver = new Receiver({ address, highWaterMark: 10, receiveTimeout: 100 });
  await receiver.open();
  process.on('SIGINT', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));

  const channels = options.channels?.split(',').map((name) => name.trim()) ?? null;
  const numbers = new LiveNumbers(`${instance}   ${address}`, channels);
  const show = options.json ? () => {} : display(numbers);
  let count = 0;
  let lastMessage = performance.now();
  while (options.number === 0 || count < options.number) {
    const message = await receiver.receive();
    if (message === null) {
      if (performance.now() - lastMessage > options.timeout * 1000) {
        console.error(`No message from ${address} for ${options.timeout} s.`);
        process.exit(EXIT_SILENT);
      }
      continue;
    }
    lastMessage = performance.now();
    count += 1;
    numbers.add(message, lastMessage);
    if (options.json) process.stdout.write(`${messageLine(message, channels)}\n`);
    else show(count === options.number);
    message.release();
  }
  receiver.close();
}

/** Draws in place on a terminal, and line by line elsewhere. */
function display(numbers: { picture(): string; line(): string }): (last: boolean) => void {
  let next = 0;
  let heightOfLast = 0;
  return (last) => {
    const now = performance.now();
    if (now < next && !last) return;
    next = now + (process.stdout.isTTY ? REDRAW : LINE);
    if (!process.stdout.isTTY) {
      process.stdout.write(`${numbers.line()}\n`);
      return;
    }
    const picture = numbers.picture();
    const goBack = heightOfLast > 0 ? `\u001b[${heightOfLast}A\u001b[J` : '';
    heightOfLast = picture.split('\n').length;
    process.stdout.write(`${goBack}${picture}\n`);
  };
}
