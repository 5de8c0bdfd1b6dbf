import { expect } from 'chai';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import type { JsonObject } from '../../src/common/json.js';
import { ChannelAccessPeer, searchAt } from '../support/channel-access.js';
import { cameraSetups, small } from './camera-setups.js';
import { StreamSource } from './sources/bsread/stream-source.js';
import { arrayOf, subscribe } from './support.js';

describe('camera/server: images and backgrounds', () => {
  const start = cameraSetups();

  it('renders an image whether the camera runs or not', async () => {
    const { call, server } = await start({}, { CAM: { ...small, rotate: 1 } });
    const shapeOf = async (): Promise<unknown> =>
      ((await call('GET', '/CAM/image_bytes')).image as JsonObject).shape;
    expect(await shapeOf()).to.deep.equal([32, 24]);
    expect((await call('GET', '/CAM/geometry')).geometry).to.deep.equal([24, 32]);
    const { stream } = await call('GET', '/CAM');
    const receiver = await subscribe(stream as string);
    await receiver.receive();
    receiver.close();
    expect(await shapeOf()).to.deep.equal([32, 24]);
    const png = await fetch(`${server.url}/api/v1/cam/CAM/image?raw&scale=0.5&colormap=viridis`);
    expect(png.headers.get('content-type')).to.equal('image/png');
    const bytes = Buffer.from(await png.arrayBuffer());
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).to.deep.equal([16, 12]);
    const wrong = await call('GET', '/CAM/image?scale=abc');
    expect(wrong.status).to.equal("could not convert string to float: 'abc'");
  });

  it('takes an image of a bsread camera from its IOC while its stream is silent', async () => {
    const peer = new ChannelAccessPeer();
    const source = new StreamSource('CAM:FPICTURE');
    await source.open();
    let restoreEnvironment = (): void => {};
    try {
      await peer.start([
        ['P:INIT', 'STRING', ['INIT']],
        ['P:WIDTH', 'LONG', [3]],
        ['P:HEIGHT', 'LONG', [1]],
        ['P:FPICTURE', 'SHORT', Int16Array.of(1, 2, 3)],
        ['P:BSREADCONFIG', 'STRING', [source.address]],
      ]);
      restoreEnvironment = searchAt(peer.port);
      const defaults = { ...CAMERA_DEFAULTS, channelAccessTimeout: 100_000 };
      const config = { source: 'P', source_type: 'bsread', mirror_x: true };
      const { call } = await start({ defaults }, { CAM: config });
      expect(await call('GET', '/CAM')).to.include({ state: 'ok' });
      const { image } = await call('GET', '/CAM/image_bytes');
      const { bytes, shape, dtype } = image as JsonObject;
      expect([shape, dtype]).to.deep.equal([[1, 3], '<u2']);
      const pixels = Buffer.from(bytes as string, 'base64');
      expect([0, 2, 4].map((offset) => pixels.readUInt16LE(offset))).to.deep.equal([3, 2, 1]);
    } finally {
      restoreEnvironment();
      source.close();
      await peer.kill();
    }
  });

  it('takes an image of a bsread camera from its stream, running or not', async () => {
    const source = new StreamSource('CAM:FPICTURE');
    await source.open();
    const config = { source: '', source_type: 'bsread', url: source.address, mirror_x: true };
    const { call } = await start({}, { CAM: config, GONE: { ...config, url: 'tcp://127.0.0.1:1' } });
    expect(await call('GET', '/CAM/is_online')).to.include({ online: true });
    expect(await call('GET', '/GONE/is_online')).to.include({ online: false });
    const asked = call('GET', '/CAM/image_bytes');
    await source.send(1);
    const bytes = (image: JsonObject): number[] => {
      const buffer = Buffer.from(image.bytes as string, 'base64');
      return Array.from({ length: 12 }, (_, index) => buffer.readUInt16LE(2 * index));
    };
    const mirrored = [0, 0, 0, 0, 4, 3, 2, 1, 8, 6, 4, 2];
    expect(bytes((await asked).image as JsonObject)).to.deep.equal(mirrored);
    await call('GET', '/CAM');
    await source.send(1);
    for (;;) {
      const { state, image } = await call('GET', '/CAM/image_bytes');
      if (state === 'ok') {
        expect(bytes(image as JsonObject)).to.deep.equal(mirrored);
        break;
      }
    }
    expect((await call('GET', '/CAM/geometry')).geometry).to.deep.equal([4, 3]);
    source.close();
  });

  it('stores backgrounds, and takes the latest one when told so', async () => {
    const { call, server } = await start(
      {},
      { CAM: { ...small, size_x: 3, size_y: 2, image_background: true } },
    );
    const pickled = [
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntc_codecs\nencode\n(Vb\nVlatin1\ntRtR(I1\n(I2\nI3\nt',
      'cnumpy\ndtype\n(Vu2\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbI00\nc_codecs\nencode\n(V\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\nVlatin1\ntRtb.',
    ].join('');
    const name = 'CAM_20250101_000000_000000';
    const response = await fetch(`${server.url}/api/v1/cam/background/${name}/image_bytes`, {
      method: 'PUT',
      body: Buffer.from(pickled, 'latin1'),
    });
    expect(await response.json()).to.include({ state: 'ok', status: `Background image ${name} stored.` });
    const receiver = await subscribe((await call('GET', '/CAM')).stream as string);
    const message = (await receiver.receive())!;
    receiver.close();
    expect(Array.from(arrayOf(message, 'image').data as Uint16Array)).to.deep.equal([0, 0, 0, 0, 0, 0]);
  });
});
