/** The server's end of one host process, which a thread of the launcher has forked. */
import type { HostOrder, Launcher } from './launcher.js';
import type { HostCommand, HostExit, HostReport, HostSettings, LaunchNews, LineSource } from './messages.js';

export interface HostListener {
  report(message: HostReport): void;
  /** A line that the process printed. */
  line(source: LineSource, text: string): void;
}

/** What arrives before anybody listens, at most this much of it: preload errors of a spare. */
const LONGEST_BACKLOG = 200;

/** Nothing but the control channel and its output pipes connects the process with the server. */
export class HostProcess {
  /** Null before the process is there, and when it could not be created. */
  pid: number | null = null;
  /** Resolves when the process is there, or cannot be created. */
  readonly spawned: Promise<void>;
  /** Settles when the process and its pipes are gone; never rejects. */
  readonly ended: Promise<HostExit>;
  hasEnded = false;
  isLoaded = false;
  private readonly order: (order: HostOrder) => void;
  private listener: HostListener | null = null;
  private backlog: ((listener: HostListener) => void)[] = [];
  private markSpawned: () => void = () => {};
  private markEnded: (exit: HostExit) => void = () => {};

  /** @param onLoaded called once when the preloaded modules are there */
  constructor(
    launcher: Launcher,
    settings: HostSettings,
    private readonly onLoaded: () => void,
  ) {
    this.spawned = new Promise((resolve) => {
      this.markSpawned = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.markEnded = resolve;
    });
    this.order = launcher.fork(settings, (news) => this.receive(news));
  }

  /** Hands over what the process says from now on, and what it has said before. */
  listen(listener: HostListener): void {
    this.listener = listener;
    for (const deliver of this.backlog) deliver(listener);
    this.backlog = [];
  }

  /** Has no effect when the process is gone. */
  send(command: HostCommand): void {
    this.order({ type: 'send', command });
  }

  /** Has no effect when the process is gone. */
  kill(signal: NodeJS.Signals): void {
    this.order({ type: 'kill', signal });
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

  private receive(news: LaunchNews): void {
    if (news.type === 'spawned') {
      this.pid = news.pid;
      this.markSpawned();
    } else if (news.type === 'line') {
      this.tell((listener) => listener.line(news.source, news.text));
    } else if (news.type === 'ended') {
      this.hasEnded = true;
      this.markSpawned();
      this.markEnded(news.exit);
    } else if (news.report.type === 'loaded') {
      this.isLoaded = true;
      this.onLoaded();
    } else {
      this.tell((listener) => listener.report(news.report));
    }
  }

  private tell(deliver: (listener: HostListener) => void): void {
    if (this.listener !== null) deliver(this.listener);
    else if (this.backlog.length < LONGEST_BACKLOG) this.backlog.push(deliver);
  }
}
