/**
 * The other side of cameras without hardware: programs that send images as the real devices do, one per source type.
 */
import { openChannelAccessPeer } from './channel-access.js';
import { openMultipartPeer } from './multipart.js';
import { openBsreadPeer, openChannelPeer, openStreamPeer } from './streams.js';
import type { Peer, PeerOptions, PeerType } from './types.js';

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
