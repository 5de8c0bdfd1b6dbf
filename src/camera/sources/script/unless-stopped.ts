/** Null as soon as the camera is to stop, whether the script comes back or not. */
export async function unlessStopped<T>(reading: Promise<T>, stop: AbortSignal): Promise<T | null> {
  let onAbort = (): void => {};
  const stopped = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    stop.addEventListener('abort', onAbort, { once: true });
    if (stop.aborted) resolve(null);
  });
  reading.catch(() => {});
  try {
    return await Promise.race([reading, stopped]);
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}
