/**
 * Gives memory back that a burst has left behind. While an instance is held up, messages pile up to the high-water marks of its
 * sockets; when they are gone, the C library keeps their memory, hundreds of megabytes of images. Servers that relay pictures
 * keep tens. What the process really works with is left alone, because memory that is new to it costs time.
 */
import { loadAddon } from './addon.js';

interface Addon {
  trimMemory(): Promise<boolean>;
  holdLittleMemory(): void;
}

/** Milliseconds between two looks. */
const INTERVAL = 20_000;
const MEGABYTE = 1024 * 1024;

/**
 * Looks now and then, for as long as the process lives; does nothing without the addon.
 * @param surplus megabytes beyond what the process worked with before that are given back
 */
export function watchSurplusMemory(surplus: number): void {
  const { addon } = loadAddon<Addon>();
  if (addon === null) return;
  const judge = createSurplusJudge(surplus * MEGABYTE);
  setInterval(() => {
    if (judge(process.memoryUsage.rss())) void addon.trimMemory();
  }, INTERVAL).unref();
}

/**
 * For servers, which handle pictures now and then: large blocks of memory go back to the system as soon as they are freed. Call it
 * before threads are started; does nothing without the addon.
 */
export function holdLittleMemory(): void {
  loadAddon<Addon>().addon?.holdLittleMemory();
}

/**
 * Judges one reading after the other. The smallest reading since the last trim is what the process works with.
 * @returns whether memory should be given back
 */
export function createSurplusJudge(surplus: number): (bytes: number) => boolean {
  let working = Number.POSITIVE_INFINITY;
  return (bytes) => {
    working = Math.min(working, bytes);
    if (bytes <= working + surplus) return false;
    // the next reading shows what is needed again by then
    working = Number.POSITIVE_INFINITY;
    return true;
  };
}
