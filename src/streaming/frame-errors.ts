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
  ) {
    super(message);
  }
}

/** A thread did not end its work in time. */
export class TaskTimeoutError extends Error {
  override name = 'TaskTimeoutError';
}
