/**
 * One process that runs a user's function: its command channel, its shared memory, what it prints, and how it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { errorText } from '../../common/errors.js';
import { outputLines } from '../../instances/output-lines.js';
import { MessageSplitter } from './bytes.js';
import { confined } from './confinement.js';
import { decodeAnswer, type HostAnswer, type Slot } from './protocol.js';

/** How to start a host. It finds its command channel as descriptor 3, and input and output of each slot from 4 on. */
export interface HostCommand {
  readonly executable: string;
  readonly parameters: readonly string[];
  /** Added to the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * SIGUSR1 makes it give up the present call, SIGUSR2 makes it print where it is. False: it can only be killed.
   */
  readonly canBeInterrupted: boolean;
}

export interface HostListener {
  answer(answer: HostAnswer): void;
  /** A line that it printed. */
  line(source: 'stdout' | 'stderr', text: string): void;
  /** It has ended; `how` is a clause: `it was killed by SIGSEGV`. */
  ended(how: string): void;
}

/** Results carry small values only; images lie in shared memory. */
const LONGEST_ANSWER = 16 * 1024 * 1024;
/** Milliseconds that a host has to end by itself. */
const PATIENCE = 500;

export class HostProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  #fault: string | null = null;
  #hasEnded = false;

  constructor(
    { executable, parameters, environment }: HostCommand,
    slots: readonly Slot[],
    private readonly listener: HostListener,
  ) {
    const command = confined(executable, parameters, process.env);
    this.#child = spawn(command.executable, command.parameters, {
      env: { ...command.environment, ...environment },
      stdio: [
        'ignore',
        'pipe',
        'pipe',
        'pipe',
        ...slots.flatMap(({ input, output }) => [input.fd, output.fd]),
      ],
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#child.once('error', (error) => this.end(`it cannot be started: ${errorText(error)}`));
    this.#child.once('close', (code, signal) => this.end(this.#fault ?? describeEnd(code, signal)));
    this.listen('stdout', this.#child.stdout!);
    this.listen('stderr', this.#child.stderr!);
    this.receive();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: Buffer): void {
    if (!this.#hasEnded && this.#channel.writable) this.#channel.write(message);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process: it sees the end of its channel, and is killed when it does not follow. */
  close(): void {
    if (this.#hasEnded) return;
    this.#channel.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    this.#child.once('close', () => clearTimeout(timer));
  }

  private listen(source: 'stdout' | 'stderr', stream: Readable): void {
    const lines = outputLines((text) => this.listener.line(source, text));
    stream.on('data', (chunk: Buffer) => lines.write(chunk));
    stream.once('close', () => lines.end());
  }

  private receive(): void {
    const splitter = new MessageSplitter(LONGEST_ANSWER);
    this.#channel.on('error', () => {});
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        for (const message of splitter.push(chunk)) this.listener.answer(decodeAnswer(message));
      } catch (error) {
        this.#fault = `it sent what is no answer: ${errorText(error)}`;
        this.#child.kill('SIGKILL');
      }
    });
  }

  private end(how: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#channel.destroy();
    this.listener.ended(how);
  }
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `it ended with code ${code}` : `it was killed by ${signal}`;
}
