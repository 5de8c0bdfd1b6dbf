/**
 * A client that knows nothing but ZeroMQ and the description of the wire: what it receives from a camera and from a pipeline
 * must belong together, and the numbers must be those of the reference, computed from the image in the same message.
 */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Subscriber } from 'zeromq';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, isArrayValue, TypedScalar } from '../../src/common/values.js';
import { processImage } from '../../src/processing/functions/default.js';
import { referenceKernels } from '../../src/processing/reference/index.js';
import { viewOf } from '../../src/processing/views.js';
import { startTestCameras, startTestServer, type TestCameras, type TestServer } from './support.js';

const [WIDTH, HEIGHT] = [160, 120];
const CAMERA: JsonObject = {
  ...{ source: '', source_type: 'simulation', size_x: WIDTH, size_y: HEIGHT, frame_rate: 20 },
  camera_calibration: {
    ...{ reference_marker: [20, 10, 120, 110], reference_marker_width: 2000, reference_marker_height: 1000 },
    ...{ angle_horizontal: 0, angle_vertical: 0 },
  },
};
const BASIC_CHANNELS = [
  ...['x_axis', 'y_axis', 'image', 'width', 'height', 'processing_parameters', 'timestamp'],
  ...['min_value', 'max_value', 'x_profile', 'y_profile', 'intensity', 'x_fwhm', 'y_fwhm'],
  ...['x_center_of_mass', 'x_rms', 'y_center_of_mass', 'y_rms'],
  ...['x', 'y'].flatMap((axis) =>
    ['gauss_function', 'offset', 'amplitude', 'standard_deviation', 'mean'].map(
      (name) => `${axis}_fit_${name}`,
    ),
  ),
];

interface Channel {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly encoding: string;
  readonly bytes: Buffer;
}

interface Message {
  readonly pulseId: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly channels: readonly Channel[];
}

describe('a client with plain ZeroMQ', () => {
  let cameras: TestCameras;
  let server: TestServer;
  const sockets: Subscriber[] = [];

  before(async () => {
    cameras = await startTestCameras({ CAM: CAMERA });
    server = await startTestServer({ cameraServer: cameras.url });
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  after(async () => {
    await server.close();
    await cameras.close();
  });

  async function create(config: JsonObject): Promise<Subscriber> {
    const { stream, state, status } = await server.call('POST', '', { camera_name: 'CAM', ...config });
    expect(state, status).to.equal('ok');
    return subscribe(stream);
  }

  function subscribe(address: string): Subscriber {
    const socket = new Subscriber({ receiveTimeout: 100_000, linger: 0 });
    socket.connect(address);
    socket.subscribe();
    sockets.push(socket);
    return socket;
  }

  it('receives the 28 channels, with the values that the reference finds in the image', async () => {
    const message = await receive(await create({}));
    expect(message.channels.map(({ name }) => name)).to.deep.equal(BASIC_CHANNELS);
    expectReference(message, {});
    const parameters = JSON.parse(channelOf(message, 'processing_parameters').bytes.toString());
    expect(parameters).to.include({ camera_name: 'CAM', mode: 'PUB', image_background_enable: false });
    expect(valuesOf(channelOf(message, 'timestamp'))[0]).to.equal(
      message.seconds + message.nanoseconds / 1e9,
    );
  });

  it('receives also good region and slices as the reference finds them', async () => {
    const parameters = {
      image_good_region: { threshold: 0.3, gfscale: 1.8 },
      image_slices: { number_of_slices: 3, scale: 2, orientation: 'vertical' },
    };
    const message = await receive(await create(parameters));
    expect(message.channels.length).to.be.greaterThan(BASIC_CHANNELS.length + 16);
    expectReference(message, parameters);
  });

  it('receives the image of the camera without its background, under the same pulse id', async () => {
    const dark = new Uint16Array(WIDTH * HEIGHT).map((_, index) => 500 + (index % 7));
    await server.client.storeBackground('CAM_dark', arrayValue(dark, [HEIGHT, WIDTH]));
    const processed = await create({ image_background_enable: true, image_background: 'CAM_dark' });
    const { stream } = (await (await fetch(`${cameras.url}/api/v1/cam/CAM`)).json()) as { stream: string };
    const raw = subscribe(stream);
    let [left, right] = [await receive(raw), await receive(processed)];
    while (left.pulseId !== right.pulseId) {
      if (left.pulseId < right.pulseId) left = await receive(raw);
      else right = await receive(processed);
    }
    const before = valuesOf(channelOf(left, 'image'));
    const expected = before.map((pixel, index) => Math.max(0, pixel - dark[index]!));
    expect(valuesOf(channelOf(right, 'image'))).to.deep.equal(expected);
    expect([right.seconds, right.nanoseconds]).to.deep.equal([left.seconds, left.nanoseconds]);
    for (const axis of ['x_axis', 'y_axis']) {
      expect(channelOf(right, axis).bytes.equals(channelOf(left, axis).bytes), axis).to.equal(true);
    }
    expectReference(right, {});
  });
});

/** One message by the letter of the protocol: JSON headers whose hash fits, then two parts per channel. */
async function receive(socket: Subscriber): Promise<Message> {
  const [main, dataHeader, ...parts] = await socket.receive();
  const header = JSON.parse(main!.toString());
  expect(header.htype).to.equal('bsr_m-1.1');
  expect(header.hash).to.equal(createHash('md5').update(dataHeader!).digest('hex'));
  const { htype, channels } = JSON.parse(dataHeader!.toString());
  expect(htype).to.equal('bsr_d-1.1');
  expect(parts.length).to.equal(2 * channels.length);
  return {
    pulseId: header.pulse_id,
    seconds: header.global_timestamp.sec,
    nanoseconds: header.global_timestamp.ns,
    channels: channels.map((channel: Channel, index: number) => ({ ...channel, bytes: parts[2 * index] })),
  };
}

function channelOf({ channels }: Message, name: string): Channel {
  return channels.find((channel) => channel.name === name)!;
}

/** Little-endian elements as numbers. */
function valuesOf({ type, encoding, bytes }: Channel): number[] {
  expect(encoding).to.equal('little');
  const read: Record<string, [size: number, at: (offset: number) => number]> = {
    uint16: [2, (offset) => bytes.readUInt16LE(offset)],
    int64: [8, (offset) => Number(bytes.readBigInt64LE(offset))],
    float32: [4, (offset) => bytes.readFloatLE(offset)],
    float64: [8, (offset) => bytes.readDoubleLE(offset)],
  };
  const [size, at] = read[type]!;
  return Array.from({ length: bytes.length / size }, (_, index) => at(index * size));
}

/**
 * Both minimisers stop when the sum of squares hardly changes any more. That leaves the parameters of a flat minimum uncertain:
 * amplitude and offset of a good region, which is cut off at half the height, can make up for each other.
 */
const FIT_TOLERANCE = 5e-3;

/** Whole numbers must be equal; fits agree as far as the end of the minimiser tells them. */
function expectReference(message: Message, parameters: JsonObject): void {
  const image = channelOf(message, 'image');
  expect([image.type, image.shape]).to.deep.equal(['uint16', [WIDTH, HEIGHT]]);
  const reference = processImage(
    {
      image: viewOf(Uint16Array.from(valuesOf(image)), HEIGHT, WIDTH),
      x: Float32Array.from(valuesOf(channelOf(message, 'x_axis'))),
      y: Float32Array.from(valuesOf(channelOf(message, 'y_axis'))),
      statistics: null,
      kernels: referenceKernels,
      pulseId: BigInt(message.pulseId),
      timestamp: { seconds: BigInt(message.seconds), nanoseconds: BigInt(message.nanoseconds) },
      ...{ bsdata: new Map(), background: null, processingError: null, spectrometer: null },
    },
    parameters,
  );
  const found = [...reference].filter(([, value]) => value !== null).map(([name]) => name);
  expect(message.channels.map(({ name }) => name)).to.deep.equal(found);
  for (const channel of message.channels) {
    const expected = reference.get(channel.name)!;
    if (channel.type === 'string') continue;
    const numbers = isArrayValue(expected)
      ? Array.from(expected.data as ArrayLike<number | bigint>, Number)
      : [expected instanceof TypedScalar ? expected.value : expected].flat().map(Number);
    const values = valuesOf(channel);
    expect(values.length, channel.name).to.equal(numbers.length);
    const scale = Math.max(...numbers.map(Math.abs));
    for (const [index, value] of values.entries()) {
      if (channel.type.startsWith('float')) {
        expect(value, channel.name).to.be.closeTo(numbers[index]!, FIT_TOLERANCE * scale);
      } else expect(value, channel.name).to.equal(numbers[index]);
    }
  }
}
