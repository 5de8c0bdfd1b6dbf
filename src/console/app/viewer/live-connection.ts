/** The WebSocket of one viewer: settings out, newest frame in, acknowledged when it is on the screen. */
import { signal } from '@preact/signals';
import {
  type ClientMessage,
  COMPANION,
  type ServerMessage,
  type ViewSettings,
  viewPath,
} from '../../live-protocol.js';
import { FrameAverage } from '../core/frame-average.js';
import { decodeFrame, type LiveFrame } from '../core/live-frame.js';
import type { Cluster } from '../core/plant.js';

export type LiveState = 'connecting' | 'waiting' | 'live' | 'ended' | 'refused' | 'lost';

const RETRY = 2000;
/** Milliseconds without a word: the server says something every few seconds, so the connection is dead. */
const SILENCE_LIMIT = 15_000;
const HIDDEN_LIMIT = 30_000;
const HOLD_PERIOD = 20_000;
/** Frames over which the shown rate is averaged. */
const RATE_FRAMES = 20;
/** Milliseconds between changes of the shown rate and latency. */
const FIGURES_PERIOD = 250;

export interface LiveConnectionOptions {
  readonly cluster: Cluster;
  readonly instance: string;
  /** Goes on when the page has been hidden for a while, as walls do. */
  readonly staysHidden: boolean;
  /** A further window of somebody who is connected already. */
  readonly isCompanion: boolean;
  /** Over how many pictures each one is averaged. */
  averaging(): number;
}

export class LiveConnection {
  /** The newest frame. */
  readonly frame = signal<LiveFrame | null>(null);
  readonly state = signal<LiveState>('connecting');
  /** What the server said about the state. */
  readonly message = signal<string | null>(null);
  /** Frames per second on the screen. */
  readonly shownRate = signal(0);
  /** Milliseconds from the message's time stamp to the screen; null while unknown. */
  readonly latency = signal<number | null>(null);

  readonly #url: string;
  readonly #staysHidden: boolean;
  readonly #average = new FrameAverage();
  #socket: WebSocket | null = null;
  #settings: ViewSettings = {};
  #settingsTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #holdTimer: ReturnType<typeof setInterval> | undefined;
  #closed = false;
  /** Acknowledges the frames that were drawn last, as soon as they are on the screen. */
  #unpainted: (() => void)[] = [];
  #painted: number[] = [];
  #latency: number | null = null;
  #figuresTold = Number.NEGATIVE_INFINITY;
  /** Smallest difference seen between our clock at receipt and the server's at sending. */
  #clockOffset = Number.POSITIVE_INFINITY;

  constructor(private readonly options: LiveConnectionOptions) {
    const { protocol, host } = location;
    const path = viewPath(options.cluster, options.instance);
    const query = options.isCompanion ? `?${COMPANION}` : '';
    this.#url = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}${query}`;
    this.#staysHidden = options.staysHidden;
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#open();
  }

  close(): void {
    this.#closed = true;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    clearTimeout(this.#settingsTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#hiddenTimer);
    clearInterval(this.#holdTimer);
    this.#unpainted = [];
    this.#socket?.close();
    this.#socket = null;
  }

  /** Sent after a moment, so that a drag is not a hundred messages. */
  set(settings: ViewSettings): void {
    this.#settings = settings;
    clearTimeout(this.#settingsTimer);
    this.#settingsTimer = setTimeout(() => this.#send({ type: 'view', ...settings }), 60);
  }

  /** Keeps the picture of a pulse for exact values and downloads; null: no longer. */
  hold(pulseId: number | null): void {
    clearInterval(this.#holdTimer);
    if (pulseId === null) return;
    const send = (): void => this.#send({ type: 'hold', pulse_id: pulseId });
    send();
    this.#holdTimer = setInterval(send, HOLD_PERIOD);
  }

  /** Tries again at once. */
  retry(): void {
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = null;
    this.#open();
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) this.#acknowledge();
    if (this.#staysHidden) return;
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => this.#socket?.close(), HIDDEN_LIMIT);
    } else if (this.#socket === null && !this.#closed) this.#open();
  };

  #open(): void {
    if (this.#closed) return;
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    let welcomed = false;
    /** The last message said why: better than the word that a connection ends with. */
    let isExplained = false;
    socket.onopen = () => {
      welcomed = true;
      this.#send({ type: 'view', ...this.#settings });
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      this.#expectMore();
      const message = typeof data === 'string' ? (JSON.parse(data) as ServerMessage) : null;
      isExplained = message?.type === 'ended' || message?.type === 'error';
      if (message !== null) this.#takeText(message);
      else this.#takeFrame(data as ArrayBuffer);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      clearTimeout(this.#silenceTimer);
      this.shownRate.value = 0;
      if (code === 4404 || code === 4503) this.state.value = 'ended';
      else if (welcomed) this.state.value = 'lost';
      // one that ended is not there any more when it is asked for again
      else if (this.state.value !== 'ended') this.state.value = 'refused';
      if (reason !== '' && !isExplained) this.message.value = reason;
      if (!document.hidden || this.#staysHidden) this.#retryTimer = setTimeout(() => this.#open(), RETRY);
    };
  }

  #expectMore(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      this.state.value = 'lost';
      this.shownRate.value = 0;
      this.retry();
    }, SILENCE_LIMIT);
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #takeText(message: ServerMessage): void {
    if (message.type === 'waiting') {
      this.state.value = 'waiting';
      this.shownRate.value = 0;
      this.message.value = message.message;
    } else if (message.type === 'ended' || message.type === 'error') {
      if (message.type === 'ended') this.state.value = 'ended';
      this.message.value = message.message;
    } else if (message.type === 'hello' && this.state.value !== 'live') this.state.value = 'waiting';
  }

  #takeFrame(data: ArrayBuffer): void {
    const receivedAt = Date.now();
    const frame = decodeFrame(data, receivedAt);
    this.#clockOffset = Math.min(this.#clockOffset, receivedAt - frame.header.sent_at);
    this.state.value = 'live';
    this.message.value = null;
    this.frame.value = this.#average.add(frame, this.options.averaging());
    this.#unpainted.push(() => {
      this.#send({ type: 'ack', frame: frame.header.frame });
      this.#notePaint(frame);
    });
    // hidden pages are not painted: they are let go after a while, unless they are to stay
    if (document.hidden) this.#acknowledge();
    else requestAnimationFrame(() => this.#acknowledge());
  }

  #acknowledge(): void {
    for (const painted of this.#unpainted.splice(0)) painted();
  }

  #notePaint(frame: LiveFrame): void {
    const time = performance.now();
    this.#painted = [...this.#painted.slice(1 - RATE_FRAMES), time];
    const latency = Date.now() - this.#clockOffset - frame.header.timestamp * 1000;
    const before = this.#latency;
    this.#latency = before === null ? latency : before + (latency - before) * 0.2;
    if (time - this.#figuresTold < FIGURES_PERIOD) return;
    this.#figuresTold = time;
    const span = time - this.#painted[0]!;
    this.shownRate.value = span > 0 ? ((this.#painted.length - 1) * 1000) / span : 0;
    this.latency.value = this.#latency;
  }
}
