/**
 * `camserver watch <instance>`: asks a server for the stream of an instance, which starts it when needed, and shows its numbers;
 * a stream address is watched directly.
 */
import type { Command } from 'commander';
import { addStreamOptions, EXIT_SILENT, type StreamOptions, streamAddress } from './stream-address.js';

interface WatchOptions extends StreamOptions {
  readonly channels?: string;
}

/** Milliseconds between two pictures on a terminal, and between two lines elsewhere. */
const REDRAW = 250;
const LINE = 1000;

export function addWatchCommand(program: Command): void {
  addStreamOptions(program.command('watch'), 0, 'one JSON object per message')
    .description('show the live numbers of a pipeline instance or of a camera, starting it when needed')
    .option('-c, --channels <names>', 'channels to show, separated by commas (default: the usual scalars)')
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
