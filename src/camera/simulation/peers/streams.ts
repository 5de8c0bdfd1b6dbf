/**
 * Simulated bsread streams: that of a camera's IOC, and that of a camera instance.
 */
import { type EncodedDataHeader, encodeDataHeader, Sender } from '../../../bsread/index.js';
import { arrayValue, timestampToSeconds } from '../../../common/values.js';
import { ChannelAccessServer } from '../../../epics/server/server.js';
import type { Size } from '../../geometry.js';
import { cameraVariables, searchEnvironment } from './channel-access.js';
import type { Peer, PeerOptions } from './types.js';

/**
 * Messages that wait for a reader: a third of a second at 100 Hz, as readers of large images need on a busy machine. A camera that
 * is away must not hold up the device.
 */
const HIGH_WATER_MARK = 30;

/** A camera whose IOC pushes its images, and answers over Channel Access. The images are shared out among all connections. */
export async function openBsreadPeer({ name, port, channelAccessPort, size }: PeerOptions): Promise<Peer> {
  const sender = new Sender({
    address: `tcp://*:${port}`,
    mode: 'PUSH',
    block: false,
    highWaterMark: HIGH_WATER_MARK,
  });
  await sender.open();
  const address = localAddress(sender);
  const ioc = new ChannelAccessServer();
  cameraVariables(ioc, name, size);
  ioc.add(`${name}:BSREADCONFIG`, 'STRING', [address]);
  const searchPort = await ioc.start(channelAccessPort);
  const header = imageHeader(name, size);
  return {
    configuration: { source: name, source_type: 'bsread' },
    address,
    environment: searchEnvironment(searchPort),
    send: async (image, pulseId, timestamp) => {
      await sender.send(header, [image], pulseId, timestamp);
    },
    close: async () => {
      sender.close();
      await ioc.stop();
    },
  };
}

/** A stream that anybody may read, with one image channel. */
export async function openChannelPeer({ name, port, size }: PeerOptions): Promise<Peer> {
  const sender = new Sender({ address: `tcp://*:${port}`, highWaterMark: HIGH_WATER_MARK });
  await sender.open();
  const address = localAddress(sender);
  const header = imageHeader(name, size);
  return {
    configuration: { source: address, source_type: 'bschannel', channel: imageChannel(name) },
    address,
    environment: {},
    send: async (image, pulseId, timestamp) => {
      await sender.send(header, [image], pulseId, timestamp);
    },
    close: async () => sender.close(),
  };
}

/** The stream of a camera instance, for consumers of cameras. */
export async function openStreamPeer({ port, size: { width, height } }: PeerOptions): Promise<Peer> {
  const sender = new Sender({ address: `tcp://*:${port}`, highWaterMark: HIGH_WATER_MARK });
  await sender.open();
  const header = encodeDataHeader([
    { name: 'width', type: 'int64', shape: [1] },
    { name: 'height', type: 'int64', shape: [1] },
    { name: 'timestamp', type: 'float64', shape: [1] },
    { name: 'image', type: 'uint16', shape: [width, height] },
    { name: 'x_axis', type: 'float32', shape: [width] },
    { name: 'y_axis', type: 'float32', shape: [height] },
  ]);
  const xAxis = arrayValue(Float32Array.from({ length: width }, (_, index) => index));
  const yAxis = arrayValue(Float32Array.from({ length: height }, (_, index) => index));
  return {
    configuration: { source: localAddress(sender), source_type: 'bschannel', channel: 'image' },
    address: localAddress(sender),
    environment: {},
    send: async (image, pulseId, timestamp) => {
      const values = [width, height, timestampToSeconds(timestamp), image, xAxis, yAxis];
      await sender.send(header, values, pulseId, timestamp);
    },
    close: async () => sender.close(),
  };
}

function imageChannel(name: string): string {
  return `${name}:FPICTURE`;
}

function imageHeader(name: string, { width, height }: Size): EncodedDataHeader {
  const shape = [width, height];
  return encodeDataHeader([{ name: imageChannel(name), type: 'uint16', shape, modulo: 1, offset: 0 }]);
}

function localAddress(sender: Sender): string {
  return sender.address.replace('0.0.0.0', 'localhost');
}
