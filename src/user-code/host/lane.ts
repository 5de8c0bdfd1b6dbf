/**
 * One process of a user's function that is kept alive: calls go through it one after the other, a call that takes too long ends
 * it, and a process that ended is replaced, later and later when that happens again and again.
 */
import type { ChannelValues } from '../../common/values.js';
import type { InstanceLog } from '../../instances/types.js';
import { UserCodeError } from '../error.js';
import { type FunctionLimits, limitError } from '../limits.js';
import { BackOff } from './back-off.js';
import { Deadline } from './deadline.js';
import { type HostCommand, HostProcess } from './host-process.js';
import { PrintedLines } from './printed-lines.js';
import {
  type CallFacts,
  encodeCall,
  encodeLoad,
  encodeParameters,
  fillInput,
  type HostAnswer,
  type HostResult,
  type LoadRequest,
  layOut,
} from './protocol.js';
import { Slots } from './slots.js';

/** Calls that a lane holds: one at work, one whose input is ready when it ends. */
export const SLOTS = 2;

export interface LaneOptions {
  readonly command: HostCommand;
  readonly load: LoadRequest;
  /** Seconds for starting and loading. */
  readonly loadTimeout: number;
  readonly log: InstanceLog;
}

/** What applies to a call. */
export interface CallSettings {
  /** Differs for each configuration. */
  readonly revision: number;
  /** JSON. */
  readonly parameters: string;
  readonly background: { readonly path: string; readonly rows: number; readonly columns: number } | null;
  readonly limits: FunctionLimits;
}

interface PendingCall {
  readonly facts: CallFacts;
  readonly message: Buffer;
  readonly settings: CallSettings;
  readonly wanted: (name: string) => boolean;
  resolve(result: HostResult): void;
  reject(error: Error): void;
}

export class Lane {
  /** Memory of its calls. */
  readonly slots = new Slots(SLOTS);
  readonly #calls: PendingCall[] = [];
  #host: HostProcess | null = null;
  #isLoaded = false;
  #sent = 0;
  #settings: { readonly revision: number; readonly background: CallSettings['background'] } | null = null;
  /** Of loading, or of the next start. */
  #timer: NodeJS.Timeout | null = null;
  readonly #deadline: Deadline;
  readonly #printed: PrintedLines;
  readonly #backOff = new BackOff();
  #isClosed = false;
  #nextId = 1;
  #loading: { resolve(): void; reject(error: Error): void } | null = null;
  #closing: (() => void) | null = null;
  #closed: Promise<void> | null = null;

  constructor(private readonly options: LaneOptions) {
    this.#deadline = new Deadline(options.command.canBeInterrupted);
    this.#printed = new PrintedLines(options.load.name, options.log);
  }

  /** @throws UserCodeError when the function cannot be loaded */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#loading = { resolve, reject };
      this.start();
    });
  }

  /** Process number of the host, while there is one. */
  get pid(): number | undefined {
    return this.#host?.pid;
  }

  /**
   * Calls the function with values of which the arrays are copied into the slot, unless they lie there already.
   * @param wanted channels that it refuses are left out
   * @throws UserCodeError
   */
  async call(
    index: number,
    values: ChannelValues,
    facts: Omit<CallFacts, 'id' | 'slot'>,
    settings: CallSettings,
    wanted: (name: string) => boolean,
  ): Promise<HostResult> {
    const { input } = this.slots.memory[index]!;
    const layout = layOut(values);
    input.reserve(layout.bytes);
    fillInput(input, values, layout);
    const id = this.#nextId;
    this.#nextId = (this.#nextId % 0xffff_ffff) + 1;
    const complete = { ...facts, id, slot: index };
    const message = encodeCall(complete, values, layout, input.memory.byteLength);
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new UserCodeError('crash', `'${this.options.load.name}' is being stopped`);
      this.#calls.push({ facts: complete, message, settings, wanted, resolve, reject });
      this.sendWaiting();
    });
  }

  /** Calls that are under way may end within `patience` milliseconds. */
  close(patience: number): Promise<void> {
    this.#closed ??= this.end(patience);
    return this.#closed;
  }

  private async end(patience: number): Promise<void> {
    if (this.#calls.length > 0 && this.#isLoaded) {
      const timer = setTimeout(() => this.#closing?.(), patience);
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
      });
      clearTimeout(timer);
    }
    this.#isClosed = true;
    this.stopTimer();
    this.#deadline.stop();
    this.rejectAll(new UserCodeError('crash', `'${this.options.load.name}' was stopped`));
    this.#host?.close();
    this.#host = null;
    this.slots.close();
  }

  private start(): void {
    this.#timer = null;
    if (this.#isClosed) return;
    this.#isLoaded = false;
    this.#settings = null;
    this.#sent = 0;
    this.#printed.clear();
    const { command, load, loadTimeout } = this.options;
    const host: HostProcess = new HostProcess(command, this.slots.memory, {
      answer: (answer) => this.#host === host && this.answer(answer),
      line: (source, text) => {
        this.#printed.add(source, text);
        if (source === 'stderr' && this.#host === host) this.#deadline.heard();
      },
      ended: (how) => this.#host === host && this.ended(how),
    });
    this.#host = host;
    host.send(encodeLoad(load));
    this.#timer = setTimeout(() => {
      this.fail(new UserCodeError('limit', `'${load.name}' was not loaded within ${loadTimeout} s`));
      host.signal('SIGKILL');
    }, 1000 * loadTimeout);
  }

  private answer(answer: HostAnswer): void {
    switch (answer.type) {
      case 'loaded':
        this.stopTimer();
        this.#isLoaded = true;
        this.#loading?.resolve();
        this.#loading = null;
        this.sendWaiting();
        break;
      case 'loadFailed':
        this.fail(new UserCodeError('load', answer.message, answer.trace));
        break;
      case 'log':
        this.options.log[answer.level](answer.text);
        break;
      default:
        this.finish(answer);
    }
  }

  private finish(answer: Extract<HostAnswer, { type: 'result' | 'failed' }>): void {
    const call = this.#calls[0];
    if (call === undefined || call.facts.id !== answer.id) return;
    this.#calls.shift();
    this.#sent -= 1;
    const isLate = this.#deadline.hasPassed;
    this.#deadline.stop();
    if (answer.type === 'result') {
      this.#backOff.reset();
      try {
        call.resolve(answer.read(this.slots.memory[call.facts.slot]!, call.wanted));
      } catch (error) {
        call.reject(error as Error);
      }
    } else {
      call.reject(this.callError(call, answer, isLate));
    }
    if (this.#sent > 0) this.startDeadline();
    if (this.#calls.length === 0) this.#closing?.();
  }

  private callError(
    { settings }: PendingCall,
    { message, trace }: Extract<HostAnswer, { type: 'failed' }>,
    isLate: boolean,
  ): UserCodeError {
    if (!isLate) return new UserCodeError('call', message, trace);
    return limitError(this.options.load.name, 'time', settings.limits, trace);
  }

  private sendWaiting(): void {
    if (!this.#isLoaded) return;
    while (this.#sent < this.#calls.length) {
      const { message, settings } = this.#calls[this.#sent]!;
      const known = this.#settings;
      if (known?.revision !== settings.revision || known.background !== settings.background) {
        this.#settings = settings;
        this.#host!.send(encodeParameters(settings.parameters, settings.background));
      }
      this.#host!.send(message);
      this.#sent += 1;
      if (this.#sent === 1) this.startDeadline();
    }
  }

  private startDeadline(): void {
    this.#deadline.start(this.#host!, this.#calls[0]!.settings.limits.seconds);
  }

  private stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  private ended(how: string): void {
    const { load, log } = this.options;
    this.#host = null;
    const isLate = this.#deadline.hasPassed;
    this.stopTimer();
    this.#deadline.stop();
    const { trace } = this.#printed;
    const crash = new UserCodeError('crash', `the process of '${load.name}' ended: ${how}`, trace);
    const wasLoading = !this.#isLoaded;
    this.#isLoaded = false;
    this.failLoading(crash);
    if (this.#isClosed) return;
    if (wasLoading) {
      this.rejectAll(crash);
    } else if (this.#sent > 0) {
      const call = this.#calls.shift()!;
      call.reject(isLate ? limitError(load.name, 'time', call.settings.limits, trace) : crash);
    }
    this.#sent = 0;
    const delay = this.#backOff.next();
    log.warning(
      `The process of '${load.name}' ended: ${how}. It is started again${delay > 0 ? ` in ${delay / 1000} s` : ''}.`,
    );
    this.#timer = setTimeout(() => this.start(), delay);
    if (this.#calls.length === 0) this.#closing?.();
  }

  private fail(error: UserCodeError): void {
    this.failLoading(error);
    this.rejectAll(error);
  }

  /** Nobody waits for the first loading any more when it failed. */
  private failLoading(error: UserCodeError): void {
    if (this.#loading === null) return;
    this.#isClosed = true;
    this.#loading.reject(error);
    this.#loading = null;
  }

  private rejectAll(error: Error): void {
    for (const call of this.#calls.splice(0)) call.reject(error);
  }
}
