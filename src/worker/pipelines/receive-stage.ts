/**
 * The receive step that pipelines share: counting, gate, and what a silence means.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceCounters, InstanceLog } from '../../instances/types.js';
import type { FrameAccount, FrameTicket } from '../../streaming/accounting.js';
import { createGate, type GateVerdict, readGateSettings } from '../../streaming/gate.js';
import type { ErrorPolicy } from './parameters.js';

export type Received =
  | { readonly kind: 'frame'; readonly message: ReceivedMessage; readonly ticket: FrameTicket }
  /** Discarded, or nothing came in time. */
  | { readonly kind: 'nothing' }
  /** The camera has been silent for so long that its address should be asked again. */
  | { readonly kind: 'reconnect' }
  /** The pulse id range is over. */
  | { readonly kind: 'end' };

export interface ReceiveStageOptions {
  readonly account: FrameAccount;
  readonly counters: InstanceCounters;
  readonly log: InstanceLog;
  /** Images: `frame_shape` is reported, and the camera is connected anew after a silence. */
  readonly isCamera: boolean;
}

/** A silence that ends the pipeline. */
export class StreamTimeoutError extends Error {
  constructor() {
    super('Stream Timeout');
  }
}

export class ReceiveStage {
  #gate: (pulseId: bigint) => GateVerdict = () => 'pass';
  #policy: ErrorPolicy | null = null;
  #debug = false;
  #lastReceive = performance.now();
  #cameraSilence = performance.now();
  #lastPulseIds: [bigint, bigint] | null = null;
  #lastPulseId: bigint | null = null;

  constructor(private readonly options: ReceiveStageOptions) {}

  /** Takes new parameters over; the downsampling is re-armed. */
  configure(parameters: JsonObject, policy: ErrorPolicy): void {
    this.#gate = createGate(readGateSettings(parameters));
    this.#policy = policy;
    this.#debug = isTruthy(parameters.debug);
  }

  /**
   * Judges what a receive gave.
   * @param message null after the receive time-out
   * @throws StreamTimeoutError with `abort_on_timeout`, when the silence is longer than `stream_timeout`
   */
  judge(message: ReceivedMessage | null): Received {
    if (message === null) return this.judgeSilence();
    const { account, counters, isCamera } = this.options;
    if (isCamera) counters.frameShape = frameShapeOf(message) ?? counters.frameShape;
    this.#lastReceive = performance.now();
    this.#cameraSilence = this.#lastReceive;
    if (this.#debug) this.checkSequence(message.pulseId);
    const ticket = account.receive(message.size, message.pulseId);
    const verdict = this.#gate(message.pulseId);
    if (verdict === 'pass') return { kind: 'frame', message, ticket };
    message.release();
    ticket.drop(verdict === 'end' ? 'pid_range' : verdict);
    return { kind: verdict === 'end' ? 'end' : 'nothing' };
  }

  private judgeSilence(): Received {
    const { isCamera, counters } = this.options;
    if (isCamera) counters.frameShape = null;
    const policy = this.#policy!;
    const now = performance.now();
    const seconds = (now - this.#lastReceive) / 1000;
    if (policy.abortOnTimeout && policy.streamTimeout > 0 && seconds > policy.streamTimeout) {
      throw new StreamTimeoutError();
    }
    const cameraSeconds = (now - this.#cameraSilence) / 1000;
    if (!isCamera || policy.cameraTimeout <= 0 || cameraSeconds <= policy.cameraTimeout) {
      return { kind: 'nothing' };
    }
    this.#cameraSilence = now;
    return { kind: 'reconnect' };
  }

  /** Logs gaps against the pulse id extrapolated from the last two. */
  private checkSequence(pulseId: bigint): void {
    const { log } = this.options;
    const known = this.#lastPulseIds;
    const last = this.#lastPulseId;
    if (known !== null) {
      const interval = known[1] - known[0];
      const gap = pulseId - (known[1] + interval);
      const text = `${pulseId} -  last: ${known[1]}, cur:${pulseId}`;
      if (gap > 0n) {
        const lost = interval > 0n ? gap / interval : gap;
        log.warning(`Unexpected PID: ${text}, lost:${lost}.`);
      } else if (gap < 0n) log.debug(`Newer PID: ${text}.`);
    }
    if (last !== null) this.#lastPulseIds = [last, pulseId];
    this.#lastPulseId = pulseId;
  }
}

/** `<columns>x<rows>x<bytes per pixel>`, or null without an image. */
function frameShapeOf(message: ReceivedMessage): string | null {
  const definition = message.channel('image')?.definition;
  if (definition?.shape?.length !== 2) return null;
  const bits = /(\d+)$/.exec(definition.type)?.[1];
  return `${definition.shape[0]}x${definition.shape[1]}x${bits === undefined ? 1 : Number(bits) / 8}`;
}
