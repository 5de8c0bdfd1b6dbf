/**
 * Gives memory back that a burst has left behind. While a process is held up, messages pile up to the high-water marks of its
 * sockets; when they are gone, the C library keeps their memory, hundreds of megabytes of images. What the process really
 * works with is left alone, because memory that is new to it costs time.
 */
import { loadAddon } from '../common/addon.js';

interface Addon {
  trimMemory(): Promise<boolean>;
}

/** Milliseconds between two looks. */
const INTERVAL = 20_000;
/** Bytes beyond what the process worked with before that count as surplus. */
const SURPLUS = 96 * 1024 * 1024;

/** Looks now and then, for as long as the process lives; does nothing without the addon. */
export function watchSurplusMemory(): void {
  const { addon } = loadAddon<Addon>();
  if (addon === null) return;
  const judge = createSurplusJudge();
  setInterval(() => {
    if (judge(process.memoryUsage.rss())) void addon.trimMemory();
  }, INTERVAL).unref();
}

/**
 * Judges one reading after the other. The smallest reading since the last trim is what the process works with.
 * @returns whether memory should be given back
 */
export function createSurplusJudge(surplus = SURPLUS): (bytes: number) => boolean {
  let working = Number.POSITIVE_INFINITY;
  return (bytes) => {
    working = Math.min(working, bytes);
    if (bytes <= working + surplus) return false;
    // the next reading shows what is needed again by then
    working = Number.POSITIVE_INFINITY;
    return true;
  };
}
