/** A server in a process of its own, which ends when this process ends, however that happens. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../common/package.js';

const STOP_TIMEOUT_MILLISECONDS = 20_000;

export interface ServerProcess {
  /** Fulfilled with a text such as `camera server ended with exit code 1`. */
  readonly ended: Promise<string>;
  isStopping(): boolean;
  /** Asks the server to end, and kills it when it does not within 20 s. */
  stop(): Promise<void>;
}

/**
 * @param name for messages
 * @param commandLine arguments of `camserver`
 */
export function startServerProcess(name: string, commandLine: readonly string[]): ServerProcess {
  // its own process group, so that Ctrl-C reaches it once, through `stop`; the IPC channel tells it when we are gone
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...commandLine], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  let stopping = false;
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      done(signal === null ? `${name} ended with exit code ${code}` : `${name} was ended by ${signal}`),
    );
  });
  return {
    ended,
    isStopping: () => stopping,
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
      await ended;
      clearTimeout(killer);
    },
  };
}
