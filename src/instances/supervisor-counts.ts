/** What happened since the server started, for the metrics. */
export class SupervisorCounts {
  starts = 0;
  failedStarts = 0;
  /** Ended instances by exit code. */
  readonly exits = new Map<number, number>();
  /** Called with the duration of each successful start, in seconds from the request to ready. */
  readonly startObservers: ((seconds: number) => void)[] = [];

  startSucceeded(seconds: number): void {
    this.starts += 1;
    for (const observe of this.startObservers) observe(seconds);
  }

  startFailed(): void {
    this.failedStarts += 1;
  }

  instanceEnded(exitCode: number): void {
    this.exits.set(exitCode, (this.exits.get(exitCode) ?? 0) + 1);
  }
}
