/**
 * The second output of a bsread camera: the transformed image alone, pushed to the image buffer. Whoever is slow or absent
 * misses images; the camera never waits.
 */
import { type EncodedDataHeader, encodeDataHeader, Sender } from '../bsread/index.js';
import type { ArrayValue, Timestamp } from '../common/values.js';
import type { ForwardCounters } from '../instances/types.js';
import { type CameraFormat, sameFormat } from './header.js';
import type { ForwarderSettings } from './settings.js';

const HIGH_WATER_MARK = 10;

export class Forwarder {
  private readonly sender: Sender;
  private header: EncodedDataHeader | null = null;
  private format: CameraFormat | null = null;

  /** @param channel name of the image channel */
  constructor(
    private readonly channel: string,
    private readonly settings: ForwarderSettings,
  ) {
    this.sender = new Sender({
      address: `tcp://*:${settings.port}`,
      mode: 'PUSH',
      highWaterMark: HIGH_WATER_MARK,
      block: false,
    });
  }

  open(): Promise<void> {
    return this.sender.open();
  }

  get clients(): number {
    return this.sender.statistics.clients;
  }

  /** What was sent, and what receivers were too slow for or absent. */
  get statistics(): ForwardCounters {
    const { messagesSent, messagesDropped } = this.sender.statistics;
    return { sent: messagesSent, dropped: messagesDropped };
  }

  async forward(image: ArrayValue, pulseId: bigint, timestamp: Timestamp): Promise<void> {
    const [height, width] = image.shape;
    const format: CameraFormat = { imageType: image.type, width, height };
    if (this.header === null || !sameFormat(this.format, format)) {
      const { compression, dataHeaderCompression } = this.settings;
      const definition = { name: this.channel, type: image.type, shape: [width, height], compression };
      this.header = encodeDataHeader([definition], dataHeaderCompression);
      this.format = format;
    }
    await this.sender.send(this.header, [image], pulseId, timestamp);
  }

  close(): void {
    this.sender.close();
  }
}
