/** Something loaded from the server for one part of a screen, and how its states look. */
import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, messageOf } from '../data/api.js';
import { type DataState, Empty, Failure, Skeleton } from './panel.jsx';

export interface Resource<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly state: DataState;
  readonly loadedAt: number | null;
  reload(): void;
}

/**
 * Loads at once and whenever `key` changes; keeps the last data while loading again.
 * @param period milliseconds between loads; absent: once
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  period?: number,
): Resource<T> {
  const [result, setResult] = useState<{ key: string; data: T | null; error: unknown; at: number | null }>({
    key,
    data: null,
    error: null,
    at: null,
  });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      try {
        const data = await loader.current(controller.signal);
        if (!controller.signal.aborted) setResult({ key, data, error: null, at: Date.now() });
      } catch (error) {
        if (controller.signal.aborted) return;
        setResult((old) => ({ key, data: old.key === key ? old.data : null, error, at: old.at }));
      }
      if (period !== undefined && !controller.signal.aborted) timer = setTimeout(run, period);
    };
    void run();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round, period]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const current = result.key === key;
  const data = current ? result.data : null;
  const error = current ? result.error : null;
  return { data, error, state: stateOf(data, error), loadedAt: result.at, reload };
}

function stateOf(data: unknown, error: unknown): DataState {
  if (error !== null) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 401)) return 'denied';
    return data === null ? 'error' : 'stale';
  }
  return data === null ? 'loading' : 'ready';
}

/** The data, or what stands in its place. */
export function Loaded<T>({
  resource,
  children,
  lines,
}: {
  resource: Resource<T>;
  children: (data: T) => ComponentChildren;
  lines?: number;
}): JSX.Element {
  const { data, error, state } = resource;
  if (state === 'denied') {
    return (
      <Empty title="Your role may not see this" testId="denied">
        <p class="muted">{messageOf(error)}</p>
        <p class="muted">Sign in with a role that may, or ask an administrator of the site.</p>
      </Empty>
    );
  }
  if (data !== null) {
    return (
      <>
        {error !== null && <p class="inline-warning">Not renewed: {messageOf(error)}</p>}
        {children(data)}
      </>
    );
  }
  if (error !== null) {
    const requestId = error instanceof ApiError ? error.requestId : null;
    return <Failure message={messageOf(error)} requestId={requestId} onRetry={resource.reload} />;
  }
  return <Skeleton lines={lines ?? 5} />;
}
