/** A forked `host.js` as its parent thread sees it: the control channel, what it prints, and its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { errorText } from '../common/errors.js';
import type { HostCommand, HostExit, HostReport, HostSettings, LineSource } from './messages.js';
import { outputLines } from './output-lines.js';

const HOST_MODULE = fileURLToPath(new URL('./host.js', import.meta.url));
/** Output pipes that a grandchild keeps open must not delay the end of an instance. */
const PIPE_GRACE = 500;

export interface HostChildListener {
  report(message: HostReport): void;
  /** A line that the process printed. */
  line(source: LineSource, text: string): void;
  /** Called once, after everything else, when the process and its pipes are gone. */
  ended(exit: HostExit): void;
}

export class HostChild {
  /** Null when the process could not be created. */
  readonly pid: number | null;
  private readonly child: ChildProcess;

  constructor(
    settings: HostSettings,
    private readonly listener: HostChildListener,
  ) {
    this.child = fork(HOST_MODULE, [...settings.preload], {
      execArgv: [...settings.nodeOptions],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: false,
      // bytes that travel with an answer are copied as they are, not turned into text
      serialization: 'advanced',
    });
    this.pid = this.child.pid ?? null;
    this.child.on('message', (message: HostReport) => listener.report(message));
    this.captureOutput('stdout');
    this.captureOutput('stderr');
    this.observeEnd();
  }

  /** Has no effect when the process is gone. */
  send(command: HostCommand): void {
    if (this.child.connected) this.child.send(command, () => {});
  }

  /** Has no effect when the process is gone. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private captureOutput(source: LineSource): void {
    const lines = outputLines((text) => this.listener.line(source, text));
    const stream = this.child[source];
    stream?.on('data', (chunk: Buffer) => lines.write(chunk));
    stream?.on('close', () => lines.end());
    stream?.on('error', () => {});
  }

  private observeEnd(): void {
    let isSettled = false;
    const settle = (exit: HostExit): void => {
      if (!isSettled) this.listener.ended(exit);
      isSettled = true;
    };
    this.child.on('error', (error) => {
      if (this.pid === null) settle({ code: 1, signal: null, spawnError: errorText(error) });
    });
    this.child.on('exit', (code, signal) => {
      const exit = { code: exitNumber(code, signal), signal, spawnError: null };
      const timer = setTimeout(() => {
        this.child.stdout?.destroy();
        this.child.stderr?.destroy();
        settle(exit);
      }, PIPE_GRACE);
      // 'close' comes after the last message and the last line of output
      this.child.once('close', () => {
        clearTimeout(timer);
        settle(exit);
      });
    });
  }
}

function exitNumber(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : -constants.signals[signal];
}
