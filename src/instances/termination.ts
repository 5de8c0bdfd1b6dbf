import type { HostProcess } from './host-process.js';

export interface StopTimeouts {
  /** Milliseconds from the stop request to SIGTERM. */
  readonly stop: number;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly kill: number;
}

/** Asks a process to stop, then insists: request, SIGTERM, SIGKILL. Returns when it has ended; true if the request was enough. */
export async function stopProcess(host: HostProcess, timeouts: StopTimeouts): Promise<boolean> {
  host.send({ type: 'stop' });
  if (await host.endsWithin(timeouts.stop)) return true;
  await terminateProcess(host, timeouts.kill);
  return false;
}

/** SIGTERM, then SIGKILL; returns when the process has ended. */
export async function terminateProcess(host: HostProcess, killTimeout: number): Promise<void> {
  host.kill('SIGTERM');
  if (!(await host.endsWithin(killTimeout))) host.kill('SIGKILL');
  await host.ended;
}
