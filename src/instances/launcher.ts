/**
 * Creates processes in a thread of its own: forking blocks until the new process has begun to run, which takes tens of
 * milliseconds when the processors are busy with instances that start, and the server must answer meanwhile.
 */
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { errorText } from '../common/errors.js';
import type { HostSettings, LaunchNews, LaunchOrder } from './messages.js';

export type HostOrder =
  | Omit<Extract<LaunchOrder, { type: 'send' }>, 'host'>
  | Omit<Extract<LaunchOrder, { type: 'kill' }>, 'host'>;

export class Launcher {
  private readonly listeners = new Map<number, (news: LaunchNews) => void>();
  private worker: Worker | null = null;
  private lastHost = 0;
  private isClosing = false;

  /**
   * Forks a host process.
   * @param listener told when it is there, what it says, and when it has ended
   * @returns gives it orders
   */
  fork(settings: HostSettings, listener: (news: LaunchNews) => void): (order: HostOrder) => void {
    this.lastHost += 1;
    const host = this.lastHost;
    this.worker ??= this.startThread();
    const { worker } = this;
    this.listeners.set(host, listener);
    worker.ref();
    worker.postMessage({ type: 'fork', host, settings } satisfies LaunchOrder);
    return (order) => worker.postMessage({ ...order, host });
  }

  /** Ends the thread when the last process has ended. */
  close(): void {
    this.isClosing = true;
    this.restIfIdle();
  }

  private startThread(): Worker {
    const worker = new Worker(new URL('./launcher-thread.js', import.meta.url), { env: SHARE_ENV });
    worker.on('message', (news: LaunchNews) => {
      const listener = this.listeners.get(news.host);
      if (news.type === 'ended') this.listeners.delete(news.host);
      listener?.(news);
      if (news.type === 'ended') this.restIfIdle();
    });
    let reason = 'The thread that creates processes has ended';
    worker.on('error', (error) => {
      reason = `The thread that creates processes failed: ${errorText(error)}`;
    });
    // its processes end as well, because their control channel is gone
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = null;
      for (const [host, listener] of this.listeners) {
        this.listeners.delete(host);
        listener({ type: 'ended', host, exit: { code: 1, signal: null, spawnError: reason } });
      }
    });
    return worker;
  }

  /** A thread without processes does not keep the server alive. */
  private restIfIdle(): void {
    if (this.listeners.size > 0) return;
    this.worker?.unref();
    if (this.isClosing) void this.worker?.terminate();
  }
}
