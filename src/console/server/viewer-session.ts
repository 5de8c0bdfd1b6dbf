/**
 * One viewer of one instance: the newest frame after each acknowledgement, never a queue. `docs/live-view.md` describes the
 * messages.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RawData, WebSocket } from 'ws';
import { CamServerError, errorText } from '../../common/errors.js';
import { formatJson, type JsonObject, parseJson } from '../../common/json.js';
import type { RequestAnswer } from '../../instances/index.js';
import { encodeFrameHeader } from './frame-message.js';
import {
  chooseSharpness,
  DEFAULT_VIEWER_SETTINGS,
  frameInterval,
  readViewerSettings,
  VIEWER_LIMITS,
  type ViewerSettings,
} from './viewer-settings.js';
import type { AskInstance } from './views.js';

/** Milliseconds that one question to the instance waits for a message; then the viewer is told. */
const PATIENCE = 3000;
const ANSWER_TIMEOUT = PATIENCE + 5000;
/** A viewer that shows nothing for that long is gone. */
const ACKNOWLEDGE_TIMEOUT = 30_000;
/** Bytes that may wait for a viewer: a frame of the largest screen, and some texts. */
const MOST_UNREAD = 160 * 1024 * 1024;
/** Before asking again an instance that is just starting. */
const RETRY_DELAY = 300;

/** Of the codes from 4000 on, which are free for applications. */
const CLOSE = { notRunning: 4404, invalid: 4400, idle: 4408 } as const;

export interface ViewerSessionOptions {
  readonly socket: WebSocket;
  readonly instance: string;
  readonly ask: AskInstance;
  /** Viewers of this instance, this one included. */
  viewers(): number;
}

export class ViewerSession {
  /** Nothing is sent before the viewer has said what it wants to see. */
  #settings: ViewerSettings = { ...DEFAULT_VIEWER_SETTINGS, rate: 0 };
  #frame = 0;
  #acknowledged = 0;
  /** Columns and rows of the image that the last frame showed. */
  #visible: [number, number] | null = null;
  /** When the next frame may be sent, by the clock of `performance.now`. */
  #due = 0;
  #wake: () => void = () => {};
  readonly #closed = new AbortController();

  constructor(private readonly options: ViewerSessionOptions) {
    const { socket } = options;
    socket.on('message', (data: RawData, isBinary: boolean) => this.receive(data, isBinary));
    socket.on('close', () => {
      this.#closed.abort();
      this.#wake();
    });
  }

  /** Serves until the viewer leaves or the instance ends. */
  async run(): Promise<void> {
    this.tell({ type: 'hello', instance: this.options.instance, limits: { ...VIEWER_LIMITS } });
    try {
      while (!this.#closed.signal.aborted) {
        await this.isWanted();
        if (this.#closed.signal.aborted) return;
        await this.serveFrame();
      }
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      const code = error instanceof CamServerError ? error.code : 'INTERNAL';
      const isInvalid = code === 'INVALID_VIEW';
      this.tell({ type: isInvalid ? 'error' : 'ended', code, message: errorText(error) });
      this.options.socket.close(isInvalid ? CLOSE.invalid : CLOSE.notRunning, code);
    }
  }

  /** Waits until enough of the last frames have been shown and another one is wanted. */
  private async isWanted(): Promise<void> {
    const timer = setTimeout(() => {
      if (this.#acknowledged < this.#frame) this.options.socket.close(CLOSE.idle, 'not acknowledged');
    }, ACKNOWLEDGE_TIMEOUT);
    const waits = (): boolean =>
      this.#frame - this.#acknowledged >= this.#settings.inFlight || this.#settings.rate === 0;
    while (!this.#closed.signal.aborted && waits()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
  }

  private async serveFrame(): Promise<void> {
    const settings = this.#settings;
    const { encoding, fit, isCoarser } = chooseSharpness(settings, this.#visible);
    const answer = await this.next({ ...settings.view, encoding, fit, timeout: PATIENCE });
    if (answer === null || this.#closed.signal.aborted) return;
    const { result, data } = answer;
    if (result.state === 'waiting') {
      this.tell({ type: 'waiting', message: `No message for ${PATIENCE / 1000} s.` });
      return;
    }
    this.#visible = visiblePart(result);
    const bytes = data ?? new Uint8Array(0);
    const { interval, isLimited } = frameInterval(settings, bytes.byteLength);
    this.#frame += 1;
    const header: JsonObject = {
      ...result,
      type: 'frame',
      frame: this.#frame,
      sent_at: Date.now(),
      viewers: this.options.viewers(),
      limited: isLimited ? 'bit rate' : null,
      coarser: isCoarser ? 'bit rate' : null,
    };
    // two fragments of one message, so that the pixels need not be copied behind the header
    this.options.socket.send(encodeFrameHeader(header), { binary: true, fin: false });
    this.options.socket.send(bytes, { binary: true, fin: true });
    await this.pace(interval);
  }

  /**
   * Waits until the next frame is due. What a frame came late, because messages come when they come, is made up for by the
   * next one: so the wanted rate is kept as long as the stream is as fast.
   */
  private async pace(interval: number): Promise<void> {
    const present = performance.now();
    this.#due = Math.max(this.#due + interval, present);
    this.#due = Math.min(this.#due, present + interval);
    const rest = this.#due - present;
    if (rest > 0) await sleep(rest, undefined, { signal: this.#closed.signal }).catch(() => {});
  }

  /** Null: the instance is not ready for viewers yet. */
  private async next(parameters: JsonObject): Promise<RequestAnswer | null> {
    try {
      return await this.options.ask(this.options.instance, 'view', parameters, ANSWER_TIMEOUT);
    } catch (error) {
      const code = error instanceof CamServerError ? error.code : '';
      if (code !== 'UNKNOWN_REQUEST' && code !== 'REQUEST_TIMEOUT') throw error;
      this.tell({ type: 'waiting', message: errorText(error) });
      await sleep(RETRY_DELAY, undefined, { signal: this.#closed.signal }).catch(() => {});
      return null;
    }
  }

  private receive(data: RawData, isBinary: boolean): void {
    try {
      if (isBinary) throw new CamServerError('INVALID_VIEW', 'Viewers send text messages only.');
      this.obey(parseJson(String(data)) as JsonObject);
    } catch (error) {
      const code = error instanceof CamServerError ? error.code : 'INVALID_VIEW';
      this.tell({ type: 'error', code, message: errorText(error) });
    }
    this.#wake();
  }

  private obey(document: JsonObject): void {
    switch (document?.type) {
      case 'view':
        this.#settings = readViewerSettings(document);
        break;
      case 'ack':
        this.#acknowledged = Math.min(this.#frame, Number(document.frame) || 0);
        break;
      case 'hold':
        void this.hold(document.pulse_id ?? null);
        break;
      default:
        throw new CamServerError(
          'INVALID_VIEW',
          "A message of a viewer needs 'type': 'view', 'ack' or 'hold'.",
        );
    }
  }

  private async hold(pulse_id: JsonObject[string]): Promise<void> {
    try {
      const answer = await this.options.ask(this.options.instance, 'view_hold', { pulse_id }, ANSWER_TIMEOUT);
      this.tell({ type: 'held', pulse_id, held: answer.result.held! });
    } catch (error) {
      this.tell({ type: 'held', pulse_id, held: false, message: errorText(error) });
    }
  }

  /** A viewer that sends without reading must not fill the memory with answers. */
  private tell(document: JsonObject): void {
    const { socket } = this.options;
    if (socket.bufferedAmount > MOST_UNREAD) socket.terminate();
    else socket.send(formatJson(document));
  }
}

function visiblePart({ image }: JsonObject): [number, number] | null {
  const { region = null } = (image ?? {}) as { region?: [number, number, number, number] | null };
  return region === null ? null : [region[2] - region[0], region[3] - region[1]];
}
