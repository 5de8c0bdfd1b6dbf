/**
 * The stream of a camera: one message per image, under a header that is made anew when type or size of the image change, or
 * when the configuration does.
 */
import { type EncodedDataHeader, encodeDataHeader, Sender } from '../bsread/index.js';
import type { ElementType } from '../common/dtype.js';
import {
  type ArrayValue,
  arrayValue,
  type ChannelValues,
  type Timestamp,
  timestampToSeconds,
} from '../common/values.js';
import type { MessageTap } from '../streaming/live-view/index.js';
import { EditedHeader } from './edited-header.js';
import type { CameraAxes, Size } from './geometry.js';
import {
  type CameraFormat,
  channelDefinitions,
  channelValues,
  type HeaderLayout,
  sameFormat,
} from './header.js';
import type { OutputSettings } from './settings.js';

/** A transformed image, ready to be sent. Its pixels are never written to afterwards. */
export interface OutgoingImage {
  readonly image: ArrayValue;
  /** As announced in `width` and `height`. */
  readonly size: Size;
  readonly axes: CameraAxes;
  /** Null: the stream counts from 0, or takes the clock when the configuration says so. */
  readonly pulseId: bigint | null;
  readonly timestamp: Timestamp;
  /** Adds channels, or takes some away. */
  readonly channels?: (defaults: ChannelValues) => ChannelValues;
}

/** Pulses per second of the simulated pulse id. */
const PULSE_RATE = 100;

export class CameraOutput {
  private readonly sender: Sender;
  private header: EncodedDataHeader | null = null;
  private format: CameraFormat | null = null;
  private lastPulseId = -1n;
  private changes = 0;
  private readonly edited = new EditedHeader();

  /** @param address where to bind */
  constructor(
    address: string,
    private readonly layout: HeaderLayout,
    private settings: OutputSettings,
    private readonly tap: MessageTap,
  ) {
    this.sender = new Sender({ address, highWaterMark: settings.queueSize });
  }

  /** @throws CamServerError when the address cannot be bound */
  open(): Promise<void> {
    return this.sender.open();
  }

  get address(): string {
    return this.sender.address;
  }

  get clients(): number {
    return this.sender.statistics.clients;
  }

  /** As `MessageTap.unusedSince`. */
  get unusedSince(): number | null {
    return this.tap.unusedSince(this.sender.idleSince);
  }

  /** Of the last message. */
  get pulseId(): bigint {
    return this.lastPulseId;
  }

  /** Headers made so far. */
  get headerChanges(): number {
    return this.changes;
  }

  /**
   * Takes over what may change while running. The registered header is made anew in any case, as clients are used to see;
   * the automatic one only when the next image needs it.
   */
  update(settings: OutputSettings): void {
    const isCompressionChanged =
      settings.imageCompression !== this.settings.imageCompression ||
      settings.scalarCompression !== this.settings.scalarCompression;
    this.settings = { ...settings, dataHeaderCompression: this.settings.dataHeaderCompression };
    if (this.layout === 'registered' || isCompressionChanged) this.format = null;
  }

  /** Sends one image. @returns whether ZeroMQ took it */
  async publish(outgoing: OutgoingImage): Promise<boolean> {
    const { image, size, axes, timestamp } = outgoing;
    const base = this.headerFor(this.settings.dtype ?? image.type, image.shape);
    const defaults = channelValues(this.layout, {
      image,
      width: size.width,
      height: size.height,
      timestamp: timestampToSeconds(timestamp),
      x_axis: arrayValue(axes.x),
      y_axis: arrayValue(axes.y),
    });
    const { header, values } =
      outgoing.channels === undefined
        ? { header: base, values: defaults }
        : this.edited.edit(base, defaults, outgoing.channels, this.settings);
    this.lastPulseId = outgoing.pulseId ?? this.nextPulseId();
    if (this.tap.isWanted) {
      const { channels: definitions } = header;
      this.tap.observe({ pulseId: this.lastPulseId, timestamp, definitions, values });
    }
    return (await this.sender.send(header, values, this.lastPulseId, timestamp)) === 'sent';
  }

  close(): void {
    this.sender.close();
  }

  private headerFor(imageType: ElementType, [height, width]: readonly number[]): EncodedDataHeader {
    const format: CameraFormat = { imageType, width, height };
    if (this.header === null || !sameFormat(this.format, format)) {
      const definitions = channelDefinitions(this.layout, format, this.settings);
      this.header = encodeDataHeader(definitions, this.settings.dataHeaderCompression);
      this.format = format;
      this.changes += 1;
    }
    return this.header;
  }

  private nextPulseId(): bigint {
    if (!this.settings.simulatePulseId) return this.lastPulseId + 1n;
    const now = BigInt(Math.floor((Date.now() * PULSE_RATE) / 1000));
    return now > this.lastPulseId ? now : this.lastPulseId + 1n;
  }
}
