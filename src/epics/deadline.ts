import { CamServerError } from '../common/errors.js';

export interface RequestOptions {
  /** Seconds; default 2. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT = 2;

/** @throws CamServerError with `text` after the time-out; the reason of the signal when it aborts */
export async function withDeadline<T>(
  promise: Promise<T>,
  options: RequestOptions,
  text: string,
): Promise<T> {
  const { timeout = DEFAULT_TIMEOUT, signal } = options;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CamServerError('CHANNEL_TIMEOUT', text)), timeout * 1000);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
