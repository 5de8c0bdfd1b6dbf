/** The server's end of one host process. */
import { type ChildProcess, fork } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { errorText } from '../common/errors.js';
import type { HostCommand, HostReport } from './messages.js';
import { outputLines } from './output-lines.js';

const HOST_MODULE = fileURLToPath(new URL('./host.js', import.meta.url));
/** Output pipes that a grandchild keeps open must not delay the end of an instance. */
const PIPE_GRACE = 500;

export interface HostExit {
  /** The exit code, or the negative number of the signal that ended the process. */
  readonly code: number;
  /** Name of the signal, null after a normal exit. */
  readonly signal: string | null;
  /** Why the process could not be created, else null. */
  readonly spawnError: string | null;
}

export interface HostListener {
  report(message: HostReport): void;
  /** A line that the process printed. */
  line(source: 'stdout' | 'stderr', text: string): void;
}

export interface HostSettings {
  /** Absolute paths or file URLs of modules to import before an instance is known: the programs to expect. */
  readonly preload: readonly string[];
  /** Options of node itself, for example limits of the heap. */
  readonly nodeOptions: readonly string[];
}

/** What arrives before anybody listens, at most this much of it: preload errors of a spare. */
const LONGEST_BACKLOG = 200;

/** A forked `host.js`. Nothing but the control channel and its output pipes connects it with the server. */
export class HostProcess {
  readonly pid: number | null;
  /** Settles when the process and its pipes are gone; never rejects. */
  readonly ended: Promise<HostExit>;
  hasEnded = false;
  isLoaded = false;
  private readonly child: ChildProcess;
  private listener: HostListener | null = null;
  private backlog: ((listener: HostListener) => void)[] = [];

  /** @param onLoaded called once when the preloaded modules are there */
  constructor(settings: HostSettings, onLoaded: () => void) {
    this.child = fork(HOST_MODULE, [...settings.preload], {
      execArgv: [...settings.nodeOptions],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: false,
      // bytes that travel with an answer are copied as they are, not turned into text
      serialization: 'advanced',
    });
    this.pid = this.child.pid ?? null;
    this.child.on('message', (message: HostReport) => {
      if (message.type === 'loaded') {
        this.isLoaded = true;
        onLoaded();
      } else {
        this.tell((listener) => listener.report(message));
      }
    });
    this.captureOutput('stdout');
    this.captureOutput('stderr');
    this.ended = this.observeEnd();
  }

  /** Hands over what the process says from now on, and what it has said before. */
  listen(listener: HostListener): void {
    this.listener = listener;
    for (const deliver of this.backlog) deliver(listener);
    this.backlog = [];
  }

  /** Has no effect when the process is gone. */
  send(command: HostCommand): void {
    if (this.child.connected) this.child.send(command, () => {});
  }

  /** Has no effect when the process is gone. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Whether the process ends within that many milliseconds. */
  async endsWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, milliseconds, false);
    });
    const inTime = await Promise.race([this.ended.then(() => true), timeout]);
    clearTimeout(timer);
    return inTime;
  }

  private tell(deliver: (listener: HostListener) => void): void {
    if (this.listener !== null) deliver(this.listener);
    else if (this.backlog.length < LONGEST_BACKLOG) this.backlog.push(deliver);
  }

  private captureOutput(source: 'stdout' | 'stderr'): void {
    const lines = outputLines((text) => this.tell((listener) => listener.line(source, text)));
    const stream = this.child[source];
    stream?.on('data', (chunk: Buffer) => lines.write(chunk));
    stream?.on('close', () => lines.end());
    stream?.on('error', () => {});
  }

  private observeEnd(): Promise<HostExit> {
    return new Promise((resolve) => {
      const settle = (exit: HostExit): void => {
        this.hasEnded = true;
        resolve(exit);
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
    });
  }
}

function exitNumber(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : -constants.signals[signal];
}
