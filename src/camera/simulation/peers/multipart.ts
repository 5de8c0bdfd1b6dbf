/**
 * Simulated devices whose ZeroMQ messages have a header and pixels: `array10` and `stream`.
 */
import { Publisher } from 'zeromq';
import type { ArrayValue } from '../../../common/values.js';
import { PACKED_HEADER_SIZE, PACKED_TYPES } from '../../sources/packed-stream.js';
import type { Peer, PeerOptions } from './types.js';

const HIGH_WATER_MARK = 10;

export async function openMultipartPeer(
  type: 'array10' | 'stream',
  { port }: Pick<PeerOptions, 'port'>,
): Promise<Peer> {
  const socket = new Publisher({ sendHighWaterMark: HIGH_WATER_MARK, linger: 0 });
  await socket.bind(`tcp://*:${port}`);
  const address = socket.lastEndpoint!.replace('0.0.0.0', 'localhost');
  const header = type === 'array10' ? array10Header : packedHeader;
  return {
    configuration: { source: address, source_type: type },
    address,
    environment: {},
    send: async (image, pulseId) => {
      const { buffer, byteOffset, byteLength } = image.data;
      await socket.send([header(image, pulseId), new Uint8Array(buffer, byteOffset, byteLength)]);
    },
    close: async () => socket.close(),
  };
}

function array10Header({ type, shape }: ArrayValue, pulseId: bigint): Buffer {
  return Buffer.from(JSON.stringify({ htype: 'array-1.0', type, shape, frame: Number(pulseId) }));
}

function packedHeader({ type, shape }: ArrayValue, pulseId: bigint): Buffer {
  const [code] = [...PACKED_TYPES].find(([, name]) => name === type) ?? [0];
  const header = Buffer.alloc(PACKED_HEADER_SIZE);
  header.writeBigUInt64LE(pulseId, 0);
  header.writeBigUInt64LE(BigInt(shape[0]!), 8);
  header.writeBigUInt64LE(BigInt(shape[1]!), 16);
  header.writeUInt16LE(code, 24);
  return header;
}
