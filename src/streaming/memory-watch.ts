/**
 * Watches the memory of this process. The heap of a thread has its own limit, but typed arrays lie outside of it, and a
 * thread that takes ever more of them would harm the whole machine.
 */

/** Milliseconds between two looks. */
const INTERVAL = 200;

/**
 * Calls `exceeded` each time that the process is found to have grown by more than `megabytes` since this call.
 * @returns ends the watch
 */
export function watchMemory(megabytes: number, exceeded: () => void): () => void {
  const limit = process.memoryUsage.rss() + megabytes * 1024 * 1024;
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() > limit) exceeded();
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
