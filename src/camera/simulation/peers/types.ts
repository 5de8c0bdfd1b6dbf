/** What programs on the other side of a camera are, whatever its source type. */
import type { JsonObject } from '../../../common/json.js';
import type { ArrayValue, Timestamp } from '../../../common/values.js';
import type { Size } from '../../geometry.js';

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
