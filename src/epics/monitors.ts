/**
 * The monitors of one channel: subscribed anew with each connection, so that they outlive the server.
 */
import { CamServerError, errorText } from '../common/errors.js';
import type { Circuit } from './circuit.js';
import { Command, ECA_NORMAL, type Message } from './message.js';
import { DBR_TIME, decodeReading, NATIVE_TYPES, type NativeType, type Reading } from './values.js';

/** A channel on its server. */
export interface Connected {
  readonly circuit: Circuit;
  readonly serverId: number;
  readonly type: NativeType;
  readonly count: number;
}

/** Which changes a monitor reports; default value and alarm. */
export const MonitorMask = { value: 1, log: 2, alarm: 4, property: 8 } as const;

export interface Monitor {
  readonly onReading: (reading: Reading) => void;
  readonly onError: (error: Error) => void;
  readonly mask: number;
}

export class Monitors {
  private readonly monitors = new Map<number, Monitor>();

  constructor(private readonly channel: string) {}

  add(id: number, monitor: Monitor, connected: Connected | null): void {
    this.monitors.set(id, monitor);
    if (connected !== null) subscribe(id, monitor.mask, connected);
  }

  remove(id: number, connected: Connected | null): void {
    if (!this.monitors.delete(id) || connected === null) return;
    const { circuit, serverId, type } = connected;
    circuit.send({
      command: Command.eventCancel,
      dataType: DBR_TIME + NATIVE_TYPES.indexOf(type),
      parameter1: serverId,
      parameter2: id,
    });
  }

  subscribeAll(connected: Connected): void {
    for (const [id, { mask }] of this.monitors) subscribe(id, mask, connected);
  }

  clear(): void {
    this.monitors.clear();
  }

  deliver(message: Message): void {
    const monitor = this.monitors.get(message.parameter2);
    // the confirmation of a cancelled monitor comes without a payload
    if (monitor === undefined || message.payload.length === 0) return;
    let reading: Reading;
    try {
      if (message.parameter1 !== ECA_NORMAL) throw new Error(`Channel Access status ${message.parameter1}`);
      reading = decodeReading(message.dataType, message.dataCount, message.payload);
    } catch (error) {
      const text = `Monitor of ${this.channel}: ${errorText(error)}`;
      monitor.onError(new CamServerError('CHANNEL_FAILED', text, { cause: error }));
      return;
    }
    monitor.onReading(reading);
  }
}

function subscribe(id: number, mask: number, { circuit, serverId, type }: Connected): void {
  // low, high and to of the obsolete dead band, then the mask
  const payload = Buffer.alloc(16);
  payload.writeUInt16BE(mask, 12);
  circuit.send({
    command: Command.eventAdd,
    dataType: DBR_TIME + NATIVE_TYPES.indexOf(type),
    // 0: as many elements as the value has
    dataCount: 0,
    parameter1: serverId,
    parameter2: id,
    payload,
  });
}
