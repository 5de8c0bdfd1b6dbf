/** Signals for people: they change no faster than can be read. */
import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';

export interface PacedSignal<T> extends ReadonlySignal<T> {
  /** Ends the following; the value stays. */
  stop(): void;
}

/**
 * Follows what `read` gives: at once when it rested for a period, else at the end of the period; never loses the last value.
 * @param isUrgent whether every change is followed at once
 * @param period milliseconds
 */
export function paced<T>(read: () => T, isUrgent: () => boolean, period: number): PacedSignal<T> {
  const told = signal(untracked(read));
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (value: T): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    told.value = value;
  };
  const unfollow = effect(() => {
    const value = read();
    const rest = isUrgent() ? 0 : last + period - performance.now();
    if (rest <= 0) tell(value);
    else timer ??= setTimeout(() => tell(untracked(read)), rest);
  });
  const stop = (): void => {
    unfollow();
    clearTimeout(timer);
  };
  return Object.assign(told, { stop });
}
