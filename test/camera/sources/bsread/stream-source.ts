/**
 * A bsread camera for tests: pushes images whose pixels are (column + pulse id) * row, as the protocol's test source does.
 */
import { encodeDataHeader, Sender } from '../../../../src/bsread/index.js';
import type { Compression } from '../../../../src/bsread/types.js';
import { arrayValue, type Timestamp } from '../../../../src/common/values.js';
import { until } from '../../../support/until.js';
import { sendUntil } from '../../support.js';

export interface PulseOptions {
  readonly width?: number;
  readonly height?: number;
  readonly timestamp?: Timestamp;
  readonly compression?: Compression;
  /** No value in the image channel. */
  readonly empty?: boolean;
}

export class StreamSource {
  private readonly sender: Sender;

  constructor(
    private readonly channel = 'CAM:FPICTURE',
    address = 'tcp://127.0.0.1:0',
  ) {
    this.sender = new Sender({ address, mode: 'PUSH', sendTimeout: 5000 });
  }

  /** @param address whose port a source that was just closed may keep for a moment */
  static async opened(channel?: string, address?: string): Promise<StreamSource> {
    const source = new StreamSource(channel, address);
    await until(() => source.open().then(() => true));
    return source;
  }

  open(): Promise<void> {
    return this.sender.open();
  }

  get address(): string {
    return this.sender.address;
  }

  async send(pulseId: number, options: PulseOptions = {}): Promise<void> {
    const { width = 4, height = 3, timestamp = conformingTime(pulseId), compression = 'none' } = options;
    const header = encodeDataHeader([
      { name: this.channel, type: 'uint16', shape: [width, height], compression, modulo: 1, offset: 0 },
    ]);
    const image = arrayValue(pixelsOf(pulseId, width, height), [height, width]);
    await this.sender.send(header, [options.empty === true ? null : image], BigInt(pulseId), timestamp);
  }

  /** Sends pulses from `first` on until the promise is settled. @returns the pulse id after the last one */
  async sendUntil(first: number, settled: Promise<unknown>, options: PulseOptions = {}): Promise<number> {
    let pulseId = first;
    await sendUntil(() => {
      pulseId += 1;
      return this.send(pulseId - 1, options);
    }, settled);
    return pulseId;
  }

  close(): void {
    this.sender.close();
  }
}

export function pixelsOf(pulseId: number, width: number, height: number): Uint16Array {
  return Uint16Array.from(
    { length: width * height },
    (_, index) => ((index % width) + pulseId) * Math.floor(index / width),
  );
}

/** Increasing with the pulse id, which the nanoseconds encode. */
export function conformingTime(pulseId: number): Timestamp {
  return {
    seconds: 1_700_000_000n + BigInt(Math.floor(pulseId / 100)),
    nanoseconds: BigInt((pulseId % 100) * 10_000_000) + BigInt(pulseId % 1_000_000),
  };
}
