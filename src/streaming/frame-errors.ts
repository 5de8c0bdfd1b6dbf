/**
 * How the work on a frame in a worker thread can fail.
 */

/** The function or the preparation failed. */
export class FrameError extends Error {
  override name = 'FrameError';

  constructor(
    message: string,
    /** Number of the thread, from 1. */
    readonly thread: number,
    /** Where in a user's code; null: not there. */
    readonly trace: string | null,
  ) {
    super(message);
  }
}

/** A thread did not end its work in time, or it needed too much memory. */
export class TaskLimitError extends Error {
  override name = 'TaskLimitError';

  constructor(
    message: string,
    readonly limit: 'time' | 'memory',
  ) {
    super(message);
  }
}
