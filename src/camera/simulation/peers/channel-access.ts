/**
 * Simulated IOCs of cameras: `epics` with the image as a waveform of 16 bits, and `area_detector`.
 */
import type { ArrayValue } from '../../../common/values.js';
import { ChannelAccessServer } from '../../../epics/server/server.js';
import { kernels } from '../../../processing/native.js';
import { imageOf } from '../../../processing/views.js';
import type { Size } from '../../geometry.js';
import type { Peer, PeerOptions } from './types.js';

export async function openChannelAccessPeer(
  type: 'epics' | 'area_detector',
  { name, channelAccessPort, size }: PeerOptions,
): Promise<Peer> {
  const ioc = new ChannelAccessServer();
  if (type === 'epics') cameraVariables(ioc, name, size);
  else detectorVariables(ioc, name, size);
  const port = await ioc.start(channelAccessPort);
  return {
    configuration: { source: name, source_type: type },
    address: null,
    environment: searchEnvironment(port),
    send: async (image, pulseId, timestamp) => {
      if (type === 'epics') ioc.set(`${name}:FPICTURE`, signedPixels(image), { timestamp });
      else {
        ioc.set(`${name}:cam1:ArrayCounter_RBV`, [Number(BigInt.asIntN(32, pulseId))], { timestamp });
        // 16-bit images of areaDetectors travel with 32 bits
        ioc.set(`${name}:image1:ArrayData`, kernels.convert(imageOf(image), 'int32').data, { timestamp });
      }
    },
    close: () => ioc.stop(),
  };
}

/** The process variables of a camera, with a black image. */
export function cameraVariables(ioc: ChannelAccessServer, name: string, { width, height }: Size): void {
  ioc.add(`${name}:INIT`, 'STRING', ['INIT']);
  ioc.add(`${name}:WIDTH`, 'LONG', [width]);
  ioc.add(`${name}:HEIGHT`, 'LONG', [height]);
  ioc.add(`${name}:FPICTURE`, 'SHORT', new Int16Array(width * height));
}

/** What a Channel Access client needs in its environment to find a server on this host; nothing on the usual port. */
export function searchEnvironment(port: number): Record<string, string> {
  return { EPICS_CA_ADDR_LIST: `127.0.0.1:${port}`, EPICS_CA_AUTO_ADDR_LIST: 'NO' };
}

function detectorVariables(ioc: ChannelAccessServer, name: string, { width, height }: Size): void {
  ioc.add(`${name}:cam1:Acquire`, 'ENUM', [1]);
  ioc.add(`${name}:cam1:ColorMode`, 'ENUM', [0]);
  ioc.add(`${name}:cam1:DataType`, 'ENUM', [3]);
  ioc.add(`${name}:cam1:ArrayCounter_RBV`, 'LONG', [0]);
  ioc.add(`${name}:image1:ArraySize0_RBV`, 'LONG', [width]);
  ioc.add(`${name}:image1:ArraySize1_RBV`, 'LONG', [height]);
  ioc.add(`${name}:image1:ArrayData`, 'LONG', new Int32Array(width * height));
}

/** Cameras put their unsigned pixels into waveforms of signed ones, as Channel Access has no others of that width. */
function signedPixels(image: ArrayValue): Int16Array {
  const { data } = image.type === 'uint16' ? image : kernels.convert(imageOf(image), 'uint16');
  return new Int16Array(data.buffer, data.byteOffset, data.length);
}
