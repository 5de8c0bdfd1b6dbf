/** A server in a process of its own, which ends when this process ends, however that happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../common/package.js';

const STOP_TIMEOUT_MILLISECONDS = 20_000;
/** Until a server that ended is started again; doubled each time it ends soon after. */
const RESTART_DELAY_MILLISECONDS = 500;
const LONGEST_RESTART_DELAY_MILLISECONDS = 30_000;
const GOOD_RUN_MILLISECONDS = 10_000;

export class KeptServer {
  /** Fulfilled with a text such as `camera manager ended with exit code 1` when it ends before it is to be restarted. */
  readonly failed: Promise<string>;
  isStopping = false;
  private child: ChildProcess;
  private restarts = false;
  private startedAt = 0;
  private delay = RESTART_DELAY_MILLISECONDS;
  private timer: NodeJS.Timeout | null = null;
  private reportFailure: (how: string) => void = () => {};

  /**
   * Starts the server.
   * @param name for messages
   * @param commandLine arguments of `camserver`
   * @param probe address that answers as soon as the server works
   * @param startTimeout milliseconds that this may take
   */
  constructor(
    private readonly name: string,
    private readonly commandLine: readonly string[],
    private readonly probe: string,
    private readonly startTimeout: number,
  ) {
    this.failed = new Promise((resolve) => {
      this.reportFailure = resolve;
    });
    this.child = this.start();
  }

  /** Resolves when the server answers. */
  async answering(): Promise<void> {
    const deadline = Date.now() + this.startTimeout;
    while (!(await isAnswering(this.probe))) {
      if (Date.now() > deadline) {
        throw new Error(`No answer from ${this.probe} within ${this.startTimeout / 1000} s.`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Whenever the server ends from now on, it is started again. */
  restartFromNowOn(): void {
    this.restarts = true;
  }

  /** Asks the server to end, and kills it when it does not within 20 s. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
    await ended;
    clearTimeout(killer);
  }

  private start(): ChildProcess {
    this.startedAt = Date.now();
    // its own process group, so that Ctrl-C reaches it once, through `stop`; the IPC channel tells it when we are gone
    const child = spawn(process.execPath, [join(packageRoot, 'bin', 'camserver.js'), ...this.commandLine], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    child.once('error', (error) => this.ended(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      this.ended(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    return child;
  }

  private ended(how: string): void {
    if (this.isStopping) return;
    if (!this.restarts) {
      this.reportFailure(`${this.name} ${how}`);
      return;
    }
    const ranWell = Date.now() - this.startedAt > GOOD_RUN_MILLISECONDS;
    this.delay = ranWell
      ? RESTART_DELAY_MILLISECONDS
      : Math.min(2 * this.delay, LONGEST_RESTART_DELAY_MILLISECONDS);
    console.error(`The ${this.name} ${how}; it is started again in ${this.delay / 1000} s.`);
    this.timer = setTimeout(() => {
      this.child = this.start();
    }, this.delay);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}
