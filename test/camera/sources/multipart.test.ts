import { expect } from 'chai';
import { Publisher, Push } from 'zeromq';
import type { ReceivedMessage } from '../../../src/bsread/types.js';
import { readCameraSettings } from '../../../src/camera/settings.js';
import { sourceDefinition } from '../../../src/camera/sources/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import { freePort } from '../../support/ports.js';
import { until } from '../../support/until.js';
import {
  arrayOf,
  numberIn,
  type RunningCamera,
  receiveUntil,
  sendUntil,
  startCamera,
  subscribe,
} from '../support.js';

/** One message of two parts, as the peer of that type sends it. */
type Message = (id: number, pixels: ArrayBufferView, type: string, rows: number, columns: number) => Buffer[];

const TYPE_CODES: Record<string, number> = { uint8: 1, uint16: 2, int32: 14, float16: 22, float64: 28 };

const array10: Message = (id, pixels, type, rows, columns) => [
  Buffer.from(JSON.stringify({ htype: 'array-1.0', type, shape: [rows, columns], frame: id })),
  Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength),
];

const packed: Message = (id, pixels, type, rows, columns) => {
  const header = Buffer.alloc(30);
  header.writeBigUInt64LE(BigInt(id), 0);
  header.writeBigUInt64LE(BigInt(rows), 8);
  header.writeBigUInt64LE(BigInt(columns), 16);
  header.writeUInt16LE(TYPE_CODES[type]!, 24);
  return [header, Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)];
};

const small = Uint16Array.from({ length: 12 }, (_, index) => 100 * index);

for (const [sourceType, message, name] of [
  ['array10', array10, 'Array10'],
  ['stream', packed, 'stream'],
] as const) {
  describe(`camera/sources: ${sourceType}`, () => {
    let socket: Publisher;
    let address: string;
    let camera: RunningCamera | null;

    beforeEach(async () => {
      camera = null;
      socket = new Publisher({ sendHighWaterMark: 100, linger: 0 });
      await socket.bind('tcp://127.0.0.1:0');
      address = socket.lastEndpoint!;
    });

    afterEach(async () => {
      await camera?.stop();
      socket.close();
    });

    const sendPartsUntil = <T>(parts: () => Buffer[], settled: Promise<T>): Promise<T> =>
      sendUntil(() => socket.send(parts()), settled);

    async function start(config: JsonObject = {}): Promise<RunningCamera> {
      const starting = startCamera({ source: address, source_type: sourceType, ...config });
      camera = await sendPartsUntil(() => message(1, small, 'uint16', 3, 4), starting);
      return camera;
    }

    async function firstWith(
      running: RunningCamera,
      parts: () => Buffer[],
      fits: (received: ReceivedMessage) => boolean,
    ): Promise<ReceivedMessage> {
      const receiver = await subscribe(running.address);
      try {
        return await sendPartsUntil(parts, receiveUntil(receiver, fits));
      } finally {
        receiver.close();
      }
    }

    it('publishes the pixels under the registered header, in the type of the source', async () => {
      const running = await start();
      expect((await running.request('geometry')).geometry).to.deep.equal([4, 3]);
      let id = 4710;
      const received = await firstWith(
        running,
        () => {
          id += 1;
          return message(id, small, 'uint16', 3, 4);
        },
        // those of the start may still come
        ({ pulseId }) => sourceType === 'array10' || pulseId > 1n,
      );
      expect(received.channels[0]!.definition.name).to.equal('width');
      expect(arrayOf(received, 'image')).to.deep.equal({ type: 'uint16', data: small, shape: [3, 4] });
      if (sourceType === 'stream') expect(Number(received.pulseId)).to.be.within(4711, id);
      else expect(Number(received.pulseId)).to.be.at.least(2);
      await until(() => running.counters.received === running.counters.sent);
    });

    it('follows size and type of each image; half precision becomes float32', async () => {
      const running = await start({ rotate: 1 });
      const wide = await firstWith(
        running,
        () => message(1, new Float64Array(10).fill(0.5), 'float64', 2, 5),
        (received) => numberIn(received, 'width') === 2,
      );
      expect(arrayOf(wide, 'image')).to.deep.include({ type: 'float64', shape: [5, 2] });
      expect(arrayOf(wide, 'y_axis').data).to.have.length(5);
      const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001);
      const floats = await firstWith(
        running,
        () => message(1, halves, 'float16', 4, 1),
        (received) => received.channel('image')!.definition.type === 'float32',
      );
      expect(Array.from(arrayOf(floats, 'image').data as Float32Array)).to.deep.equal([
        1,
        -2,
        0.333251953125,
        2 ** -24,
      ]);
    });

    it('converts to the type that the configuration declares', async () => {
      const running = await start({ dtype: 'uint8' });
      const received = await firstWith(
        running,
        () => message(1, small, 'uint16', 3, 4),
        () => true,
      );
      expect(Array.from(arrayOf(received, 'image').data as Uint8Array).slice(0, 4)).to.deep.equal([
        0, 100, 200, 255,
      ]);
    });

    it('goes on when the peer is restarted', async () => {
      const running = await start();
      socket.close();
      socket = new Publisher({ sendHighWaterMark: 100, linger: 0 });
      for (let isBound = false; !isBound; ) {
        isBound = await socket.bind(address).then(
          () => true,
          () => false,
        );
      }
      const other = small.map((value) => value + 1);
      const received = await firstWith(
        running,
        () => message(1, other, 'uint16', 3, 4),
        (candidate) => arrayOf(candidate, 'image').data[0] === 1,
      );
      expect(arrayOf(received, 'image').data).to.deep.equal(other);
    });

    it('ends with exit code 1 and the reason when it is sent what it cannot read', async () => {
      const running = await start();
      const wrong = message(1, new Uint16Array(5), 'uint16', 3, 4);
      expect(await sendPartsUntil(() => wrong, running.ended)).to.equal(1);
      expect(running.log.at(-1)).to.equal(
        `Error while processing camera stream: Error processing ${name}: ` +
          '10 bytes for 4x3 pixels of type uint16, which need 24',
      );
    });

    it('ends with exit code 1 when a part is missing', async () => {
      const running = await start();
      expect(await sendPartsUntil(() => [Buffer.from('{}')], running.ended)).to.equal(1);
      expect(running.log.at(-1)).to.contain(`${name}: a header and pixels expected, but only one part came`);
    });

    it('stops while the peer is silent', async () => {
      expect(await (await start()).stop()).to.equal(0);
    });

    it('delivers one image without an instance, and says when none comes', async () => {
      const settings = readCameraSettings({ source: address, source_type: sourceType });
      const request = { name: 'CAM', settings, timeout: 200 };
      const definition = sourceDefinition(sourceType);
      const error = await definition.readImage(request).catch((thrown: Error) => thrown);
      expect((error as Error).message).to.equal(`No image came from ${address} within 0.2 s`);
      const reading = definition.readImage({ ...request, timeout: 100_000 });
      const image = await sendPartsUntil(() => message(1, small, 'uint16', 3, 4), reading);
      expect(image).to.deep.equal({ type: 'uint16', data: small, shape: [3, 4] });
      expect(await definition.readSize(request)).to.equal(null);
      await definition.checkOnline(request);
    });
  });
}

describe('camera/sources: array10 and stream without a device', () => {
  it('do not start without a first image', async () => {
    const source = `tcp://127.0.0.1:${await freePort()}`;
    const types = ['array10', 'stream'];
    const starts = types.map((type) => startCamera({ source, source_type: type }).catch((error) => error));
    for (const error of await Promise.all(starts)) {
      expect((error as Error).message).to.equal(`No image came from ${source} within 10 s`);
    }
  });
});

describe('camera/sources: array10 as PULL', () => {
  it('shares the images of a PUSH source', async () => {
    const socket = new Push({ sendHighWaterMark: 100, linger: 0 });
    await socket.bind('tcp://127.0.0.1:0');
    // waits for its reader
    const first = socket.send(array10(1, small, 'uint16', 3, 4));
    const camera = await startCamera({ source: socket.lastEndpoint!, source_type: 'array10', mode: 'PULL' });
    await first;
    const receiver = await subscribe(camera.address);
    await until(() => camera.counters.clients === 1);
    await socket.send(array10(2, small, 'uint16', 3, 4));
    expect((await receiver.receive())!.pulseId).to.equal(2n);
    receiver.close();
    expect(await camera.stop()).to.equal(0);
    socket.close();
  });
});
