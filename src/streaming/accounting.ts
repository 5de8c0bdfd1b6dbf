/**
 * What became of each frame. Every frame that was received ends exactly once, as sent or as dropped for a reason; so
 * received = sent + dropped + in work at every moment.
 */

import { spanTime, type Tracer } from '../common/traces/index.js';

/** Why a frame was not sent. The names appear in the statistics of an instance (`docs/pipelines.md`). */
export type DropReason =
  | 'paused'
  | 'pid_range'
  | 'downsampling'
  | 'modulo'
  | 'max_frame_rate'
  | 'empty_image'
  | 'averaging'
  | 'unmatched'
  | 'queue_full'
  | 'reorder'
  | 'task_timeout'
  | 'null_result'
  | 'error'
  | 'check_timestamp'
  | 'enforce_pid'
  | 'enforce_timestamp'
  | 'empty_message'
  | 'send_buffer_full'
  | 'not_delivered'
  | 'stopped';

/** The counters that this room writes; the live counters of an instance have these fields. */
export interface FrameCounters {
  received: number;
  sent: number;
  bytesReceived: number;
  dropped: Record<string, number>;
}

/** One received frame on its way. Ending it twice is a fault of the program and throws. */
export interface FrameTicket {
  readonly ended: boolean;
  sent(): void;
  drop(reason: DropReason): void;
}

/** Counts the frames of one instance into `counters`. */
export class FrameAccount {
  #inWork = 0;

  /** @param tracer follows some of the frames */
  constructor(
    private readonly counters: FrameCounters,
    private readonly tracer: Tracer | null = null,
  ) {}

  /** Frames that were received and have not ended yet. */
  get inWork(): number {
    return this.#inWork;
  }

  /**
   * Counts one received message of `bytes` bytes; with its pulse id it can be followed.
   * @param since when its way began, as `spanTime` gives it; default now
   */
  receive(bytes: number, pulseId: bigint | null = null, since?: number): FrameTicket {
    const { counters } = this;
    counters.received += 1;
    counters.bytesReceived += bytes;
    this.#inWork += 1;
    const { tracer } = this;
    const start = tracer === null ? 0 : (since ?? spanTime());
    return new Ticket((reason) => {
      if (pulseId !== null) tracer?.frame('pipeline frame', start, pulseId, reason ?? 'sent');
      this.#inWork -= 1;
      if (reason === null) counters.sent += 1;
      else counters.dropped[reason] = (counters.dropped[reason] ?? 0) + 1;
    });
  }
}

class Ticket implements FrameTicket {
  #end: ((reason: DropReason | null) => void) | null;

  constructor(end: (reason: DropReason | null) => void) {
    this.#end = end;
  }

  get ended(): boolean {
    return this.#end === null;
  }

  sent(): void {
    this.finish(null);
  }

  drop(reason: DropReason): void {
    this.finish(reason);
  }

  private finish(reason: DropReason | null): void {
    const end = this.#end;
    if (end === null) throw new Error('A frame was ended twice');
    this.#end = null;
    end(reason);
  }
}
