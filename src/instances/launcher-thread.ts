/** The thread of `launcher.ts`: forks host processes and passes on what they and the server tell each other. */
import { parentPort } from 'node:worker_threads';
import { collectEvery } from '../common/collection.js';
import { HostChild } from './host-child.js';
import type { LaunchNews, LaunchOrder } from './messages.js';

/** Bytes of answers between two collections: what was read from a pipe remains behind, several times what an answer has. */
const COLLECTION_INTERVAL = 2 * 1024 * 1024;

const count = collectEvery(COLLECTION_INTERVAL);
const hosts = new Map<number, HostChild>();

function tell(news: LaunchNews): void {
  const data = news.type === 'report' && news.report.type === 'response' ? news.report.data : null;
  count(data?.byteLength ?? 0);
  // the bytes of an answer are handed over, not copied once more
  const isWhole = data != null && data.byteLength === data.buffer.byteLength;
  parentPort!.postMessage(news, isWhole ? [data.buffer as ArrayBuffer] : []);
}

function fork({ host, settings }: Extract<LaunchOrder, { type: 'fork' }>): void {
  const child = new HostChild(settings, {
    report: (report) => tell({ type: 'report', host, report }),
    line: (source, text) => tell({ type: 'line', host, source, text }),
    ended: (exit) => {
      hosts.delete(host);
      tell({ type: 'ended', host, exit });
    },
  });
  hosts.set(host, child);
  tell({ type: 'spawned', host, pid: child.pid });
}

parentPort!.on('message', (order: LaunchOrder) => {
  if (order.type === 'fork') fork(order);
  else if (order.type === 'send') hosts.get(order.host)?.send(order.command);
  else hosts.get(order.host)?.kill(order.signal);
});
