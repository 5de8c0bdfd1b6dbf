/**
 * Collecting garbage that lies outside of V8's heap. V8 notices such memory late: tens of megabytes pile up behind objects of a few
 * bytes.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' | 'major' }) => void;

let collector: Collect | null = null;

/**
 * Collects the young objects of the calling thread, which takes a fraction of a millisecond, whenever so many bytes have been taken.
 * @returns to be told of each piece of memory before it is taken
 */
export function collectEvery(interval: number): (bytes: number) => void {
  let taken = 0;
  return (bytes) => {
    taken += bytes;
    if (taken <= interval) return;
    taken = bytes;
    collect({ type: 'minor' });
  };
}

/** Collects everything that the calling thread no longer uses: milliseconds, for threads with little of their own. */
export function collectAll(): void {
  collect({ type: 'major' });
}

function collect(options: Parameters<Collect>[0]): void {
  collector ??= exposeCollector();
  collector(options);
}

function exposeCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
