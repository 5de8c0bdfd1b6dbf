/** Send and receive over the loopback interface in two processes, against bare zeromq.js sockets in the same run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type BenchmarkRow, median } from './benchmark.js';

export const title = 'bsread over tcp loopback';

const ROUNDS = 5;

export async function run(): Promise<BenchmarkRow[]> {
  const rates: Record<'bsread' | 'bare', number[]> = { bsread: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of ['bare', 'bsread'] as const) rates[kind].push(await measure(kind));
  }
  const ratio = median(rates.bsread.map((rate, index) => rate / (rates.bare[index] as number)));
  return [
    {
      figure: 'bsread send + receive, 2560x2160 u16, two processes',
      target: '≥ 90 %',
      measured: `${(ratio * 100).toFixed(0)} % (${median(rates.bsread).toFixed(0)} messages/s)`,
      comparedWith: `bare zeromq.js PUSH/PULL, ${ROUNDS} rounds in turn (${median(rates.bare).toFixed(0)} messages/s)`,
    },
  ];
}

/** Messages per second from one process to another. */
async function measure(kind: 'bsread' | 'bare'): Promise<number> {
  const program = fileURLToPath(new URL('./loopback-peer.js', import.meta.url));
  const receiver = fork(program, [kind, 'receive']);
  const [address] = (await once(receiver, 'message')) as [string];
  const sender = fork(program, [kind, 'send', address]);
  const [rate] = (await once(receiver, 'message')) as [number];
  sender.kill();
  receiver.kill();
  return rate;
}
