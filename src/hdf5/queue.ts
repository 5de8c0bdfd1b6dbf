/**
 * One piece of work with the HDF5 library after the other. The library does one thing at a time in any case; so a file system that
 * hangs takes one thread of the pool, not all of them.
 */
let last: Promise<unknown> = Promise.resolve();

/** Runs `work` when everything that was asked for before is done, whether it failed or not. */
export function enqueue<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}
