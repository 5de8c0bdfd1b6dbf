/** Milliseconds until a thread must have begun; on a busy machine a new one needs seconds to load. */
const LONGEST_START = 60_000;

/**
 * Aborts work in a thread with the reason `time` when it takes longer than `limit` milliseconds. What the thread has not
 * begun when they have passed gets as many again: time until a thread is there does not count.
 * @returns ends the watch
 */
export function limitTime(abort: AbortController, limit: number, hasBegun: () => boolean): () => void {
  let waited = 0;
  let timer = setTimeout(expire, limit);
  function expire(): void {
    waited += limit;
    if (hasBegun() || waited >= LONGEST_START) abort.abort('time');
    else timer = setTimeout(expire, limit);
  }
  return () => clearTimeout(timer);
}
