/**
 * Cameras whose ZeroMQ messages have two parts: a header and the pixels.
 */
import { RawReceiver, releaseParts } from '../../../bsread/index.js';
import { CamServerError, errorText } from '../../../common/errors.js';
import { timestampNow } from '../../../common/values.js';
import type { Image } from '../../../processing/kernels.js';
import type { SourceFrame } from '../source.js';
import type { FrameReader, ReaderContext } from './polling.js';

/** Messages that wait while one is published. */
const HIGH_WATER_MARK = 20;

/** What a message says. */
export interface ParsedMessage {
  readonly image: Image;
  /** Null: the messages are counted from 1. */
  readonly pulseId: bigint | null;
}

export class MultipartReader implements FrameReader {
  private receiver: RawReceiver | null = null;
  private count = 0n;

  /**
   * @param name of the format, for the texts of errors
   * @param parse throws a text that says what is wrong with the parts
   * @param subscribes true: always SUB; else the key `mode` decides
   */
  constructor(
    private readonly name: string,
    private readonly parse: (header: Buffer, pixels: Buffer) => ParsedMessage,
    private readonly subscribes: boolean,
  ) {}

  async open({ settings: { source, reader } }: ReaderContext): Promise<null> {
    const mode = this.subscribes ? 'SUB' : reader.mode;
    this.receiver = new RawReceiver({ address: source, mode, highWaterMark: HIGH_WATER_MARK });
    await this.receiver.open();
    return null;
  }

  async read({ settings }: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    const parts = await this.receiver!.receive(stop);
    if (parts === null) return null;
    this.count += 1n;
    const { image, pulseId } = this.parseParts(parts);
    const release = (): void => releaseParts(parts);
    if (image.data.buffer !== parts[1]!.buffer) release();
    return {
      image,
      pulseId: settings.output.simulatePulseId ? null : (pulseId ?? this.count),
      timestamp: timestampNow(),
      release,
    };
  }

  close(): void {
    this.receiver?.close();
  }

  private parseParts(parts: readonly Buffer[]): ParsedMessage {
    try {
      if (parts.length < 2) throw new Error('a header and pixels expected, but only one part came');
      return this.parse(parts[0]!, parts[1]!);
    } catch (error) {
      const text = `Error processing ${this.name}: ${errorText(error)}`;
      throw new CamServerError('WRONG_MESSAGE', text, { cause: error });
    }
  }
}
