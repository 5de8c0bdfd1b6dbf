import { expect } from 'chai';
import type { Receiver } from '../../../../src/bsread/index.js';
import type { ReceivedMessage } from '../../../../src/bsread/types.js';
import type { JsonObject } from '../../../../src/common/json.js';
import { ChannelAccessPeer, type PeerCommand, searchAt } from '../../../support/channel-access.js';
import { until } from '../../../support/until.js';
import {
  arrayOf,
  numberIn,
  type RunningCamera,
  receiveUntil,
  sendUntil,
  startCamera,
  subscribe,
} from '../../support.js';

const camera4x3: NonNullable<PeerCommand['add']> = [
  ['P:INIT', 'STRING', ['INIT']],
  ['P:WIDTH', 'LONG', [4]],
  ['P:HEIGHT', 'LONG', [3]],
  ['P:FPICTURE', 'SHORT', picture(12, 0)],
  ['P:BSREADCONFIG', 'STRING', ['tcp://127.0.0.1:1']],
];

const detector4x3: NonNullable<PeerCommand['add']> = [
  ['D:cam1:Acquire', 'ENUM', [1]],
  ['D:cam1:ColorMode', 'ENUM', [0]],
  ['D:cam1:DataType', 'ENUM', [0]],
  ['D:cam1:ArrayCounter_RBV', 'LONG', [0]],
  ['D:image1:ArraySize0_RBV', 'LONG', [4]],
  ['D:image1:ArraySize1_RBV', 'LONG', [3]],
  ['D:image1:ArrayData', 'CHAR', new Uint8Array(12)],
];

function picture(length: number, first: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => first + index);
}

/** Milliseconds for one value, on a machine that does other things too. */
const PATIENT = { channelAccessTimeout: 100_000 };

describe('camera/sources/epics', () => {
  const peer = new ChannelAccessPeer();
  let restoreEnvironment: () => void;
  let camera: RunningCamera | null = null;
  let receiver: Receiver | null = null;

  beforeEach(async () => {
    await peer.start([...camera4x3, ...detector4x3]);
    restoreEnvironment = searchAt(peer.port);
  });

  afterEach(async () => {
    receiver?.close();
    await camera?.stop();
    await peer.kill();
    [camera, receiver] = [null, null];
    restoreEnvironment();
  });

  async function start(config: JsonObject = {}): Promise<{ camera: RunningCamera; receiver: Receiver }> {
    camera = await startCamera({ source: 'P', source_type: 'epics', ...config }, 'CAM', PATIENT);
    receiver = await subscribe(camera.address);
    await until(() => camera!.counters.clients === 1);
    return { camera, receiver };
  }

  async function failure(config: JsonObject): Promise<string> {
    return startCamera(config).then(
      () => 'no error',
      (error: Error) => error.message,
    );
  }

  it('publishes each update of the image, its pixels as uint16, under the time of the IOC', async () => {
    const { receiver } = await start();
    await peer.set(['P:FPICTURE', picture(12, -6)]);
    const message = await receiveUntil(receiver, (received) => pixels(received)[0] === 65_530);
    expect(message.channels.map(({ definition }) => definition.name)[0]).to.equal('width');
    expect(arrayOf(message, 'image')).to.deep.include({ type: 'uint16', shape: [3, 4] });
    expect(pixels(message)).to.deep.equal([65530, 65531, 65532, 65533, 65534, 65535, 0, 1, 2, 3, 4, 5]);
    expect(Math.abs(numberIn(message, 'timestamp') - Date.now() / 1000)).to.be.lessThan(60);
    expect(Number(message.pulseId)).to.be.lessThan(100);
  });

  it('publishes what the configuration declares: signed, converted, transformed', async () => {
    const { camera, receiver } = await start({ dtype: 'int16', rotate: 1 });
    await peer.set(['P:FPICTURE', picture(12, -6)]);
    const signed = await receiveUntil(receiver, (received) => arrayOf(received, 'image').shape[0] === 4);
    expect(arrayOf(signed, 'image').type).to.equal('int16');
    camera.update({ source: 'P', source_type: 'epics', dtype: 'uint8' });
    let converted: ReceivedMessage | null = null;
    await until(async () => {
      await peer.set(['P:FPICTURE', picture(12, 250)]);
      converted = await receiver.receive();
      return converted?.channel('image')?.definition.type === 'uint8';
    });
    expect(pixels(converted!).slice(4, 8)).to.deep.equal([254, 255, 255, 255]);
  });

  it('takes a new size with the first image that has it', async () => {
    const { camera, receiver } = await start();
    await peer.set(['P:WIDTH', [2]], ['P:HEIGHT', [2]], ['P:FPICTURE', picture(4, 40)]);
    const message = await receiveUntil(receiver, (received) => numberIn(received, 'width') === 2);
    expect(pixels(message)).to.deep.equal([40, 41, 42, 43]);
    expect(arrayOf(message, 'x_axis').data).to.have.length(2);
    expect(camera.log).to.include('Camera P width changed: 4 -> 2 ');
    expect(camera.log).to.include('Camera P height changed: 3 -> 2 ');
  });

  it('drops images that are too small, says so once, and uses the first pixels of those too large', async () => {
    const { camera, receiver } = await start();
    await peer.set(
      ['P:FPICTURE', picture(11, 0)],
      ['P:FPICTURE', picture(11, 0)],
      ['P:FPICTURE', picture(20, 50)],
    );
    const message = await receiveUntil(receiver, (received) => pixels(received)[0] === 50);
    expect(pixels(message)).to.have.length(12);
    expect(camera.counters.dropped).to.deep.equal({ format: 2 });
    await until(() => camera.counters.received === camera.counters.sent + 2);
    const text = 'Image array too small: 11 -  shape: 4x3 [P].';
    expect(camera.log.filter((line) => line === text)).to.have.length(1);
  });

  it('pauses while the IOC is away, and goes on on the same port when it is back', async () => {
    const { receiver } = await start();
    await peer.kill();
    await peer.start([...camera4x3.slice(0, 3), ['P:FPICTURE', 'SHORT', picture(12, 700)]]);
    const message = await receiveUntil(receiver, (received) => pixels(received)[0] === 700);
    expect(pixels(message)).to.have.length(12);
    await peer.set(['P:FPICTURE', picture(12, 800)]);
    await receiveUntil(receiver, (received) => pixels(received)[0] === 800);
  });

  it('drops texts in the place of an image, says so, and goes on when images come again', async () => {
    const { camera, receiver } = await start();
    const withImage = (...image: (typeof camera4x3)[number]) => [...camera4x3.slice(0, 3), image];
    await peer.kill();
    await peer.start(withImage('P:FPICTURE', 'STRING', ['no image']));
    const text = 'Error getting image from camera P: The image of camera P holds texts, not numbers.';
    await until(() => camera.log.includes(text));
    await peer.kill();
    await peer.start(withImage('P:FPICTURE', 'SHORT', picture(12, 300)));
    await receiveUntil(receiver, (received) => pixels(received)[0] === 300);
  });

  it('stops while the camera is silent', async () => {
    const { camera } = await start();
    expect(await camera.stop()).to.equal(0);
  });

  it('says why a camera cannot be started', async () => {
    await peer.add(
      ['Q:INIT', 'STRING', ['OFF']],
      ['R:INIT', 'STRING', ['INIT']],
      ['R:WIDTH', 'LONG', [4]],
      ['S:INIT', 'STRING', ['INIT']],
      ['S:WIDTH', 'LONG', [4]],
      ['S:HEIGHT', 'LONG', [3]],
    );
    const attempts: JsonObject[] = [
      { source: 'NONE', source_type: 'epics' },
      { source: 'Q', source_type: 'epics' },
      { source: 'R', source_type: 'epics' },
      { source: 'S', source_type: 'epics' },
      { source: 'NONE', source_type: 'area_detector' },
    ];
    expect(await Promise.all(attempts.map(failure))).to.deep.equal([
      'Camera with prefix NONE is offline',
      'Camera with prefix Q is not initialized - Status OFF',
      'Error getting channel R:HEIGHT for camera R',
      'Could not connect to: S:FPICTURE',
      'Camera with prefix NONE is offline - Could not connect to: NONE:cam1:Acquire',
    ]);
  });

  it('reads an areaDetector: 8-bit pixels as 16 bits, the counter as pulse id', async () => {
    const { receiver } = await start({ source: 'D', source_type: 'area_detector' });
    await peer.set(
      ['D:cam1:ArrayCounter_RBV', [4711]],
      ['D:image1:ArrayData', Uint8Array.from({ length: 12 }, (_, index) => 250 - index)],
    );
    const message = await receiveUntil(receiver, (received) => pixels(received)[0] === 250);
    expect(message.pulseId).to.equal(4711n);
    expect(arrayOf(message, 'image')).to.deep.include({ type: 'uint16', shape: [3, 4] });
  });

  it('follows an areaDetector that sends too little, changes its size, and is restarted', async () => {
    const { camera, receiver } = await start({ source: 'D', source_type: 'area_detector' });
    await peer.set(['D:image1:ArrayData', new Uint8Array(11)]);
    await until(() => camera.log.includes('Image array too small: 11 -  shape: 4x3 [D].'));
    await peer.set(['D:image1:ArraySize0_RBV', [2]], ['D:image1:ArrayData', new Uint8Array(6).fill(7)]);
    const narrow = await receiveUntil(receiver, (received) => numberIn(received, 'width') === 2);
    expect(pixels(narrow)).to.deep.equal([7, 7, 7, 7, 7, 7]);
    expect(camera.log).to.include('Camera D width changed: 4 -> 2 ');
    await peer.kill();
    await peer.start(detector4x3);
    // the size may come back after the first image, and holds from the next one on
    const wide = receiveUntil(receiver, (received) => numberIn(received, 'width') === 4);
    await sendUntil(() => peer.set(['D:image1:ArrayData', new Uint8Array(12)]), wide);
  });

  it('publishes 16-bit detectors, whose pixels arrive with 32 bits, as what they are', async () => {
    await peer.add(['D:image1:ArrayData', 'LONG', Int32Array.from({ length: 12 }, () => 60_000)]);
    const { receiver } = await start({ source: 'D', source_type: 'area_detector' });
    await peer.set(['D:image1:ArrayData', Int32Array.from({ length: 12 }, () => 61_000)]);
    const message = await receiveUntil(receiver, (received) => pixels(received)[0] === 61_000);
    expect(arrayOf(message, 'image').type).to.equal('int32');
  });
});

function pixels(message: Parameters<typeof arrayOf>[0]): number[] {
  return Array.from(arrayOf(message, 'image').data as Uint16Array);
}
