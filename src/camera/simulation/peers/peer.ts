/**
 * The other side of cameras without hardware: programs that send images as the real devices do, one per source type.
 */
import type { JsonObject } from '../../../common/json.js';
import type { ArrayValue, Timestamp } from '../../../common/values.js';
import type { Size } from '../../geometry.js';
import { openChannelAccessPeer } from './channel-access.js';
import { openMultipartPeer } from './multipart.js';
import { openBsreadPeer, openChannelPeer, openStreamPeer } from './streams.js';

/** `camera`: not a device, but the stream of a camera instance, for those who read such streams. */
export type PeerType = 'camera' | 'bsread' | 'bschannel' | 'array10' | 'stream' | 'epics' | 'area_detector';

export interface PeerOptions {
  /** Name of the camera: its prefix in EPICS, its image channel in bsread. */
  readonly name: string;
  /** Of the stream; 0: any free one. */
  readonly port: number;
  /** UDP port of Channel Access; 0: any free one. */
  readonly channelAccessPort: number;
  readonly size: Size;
}

export interface Peer {
  /** The configuration of a camera that connects to it; null when it is no device. */
  readonly configuration: JsonObject | null;
  /** Of the stream, for people; null when there is none. */
  readonly address: string | null;
  /** What the camera server needs in its environment to find it. */
  readonly environment: Readonly<Record<string, string>>;
  send(image: ArrayValue, pulseId: bigint, timestamp: Timestamp): Promise<void>;
  close(): Promise<void>;
}

/** @throws CamServerError when a port cannot be used */
export function openPeer(type: PeerType, options: PeerOptions): Promise<Peer> {
  switch (type) {
    case 'camera':
      return openStreamPeer(options);
    case 'bsread':
      return openBsreadPeer(options);
    case 'bschannel':
      return openChannelPeer(options);
    case 'epics':
    case 'area_detector':
      return openChannelAccessPeer(type, options);
    default:
      return openMultipartPeer(type, options);
  }
}
