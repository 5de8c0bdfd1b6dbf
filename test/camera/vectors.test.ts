import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Publisher } from 'zeromq';
import type { Receiver } from '../../src/bsread/index.js';
import type { ReceivedMessage } from '../../src/bsread/types.js';
import { startCameraServer } from '../../src/camera/server.js';
import { CAMERA_DEFAULTS } from '../../src/camera/settings.js';
import { CamClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { type ArrayValue, arrayValue } from '../../src/common/values.js';
import type { ServiceServer } from '../../src/http/index.js';
import { referenceKernels } from '../../src/processing/reference/index.js';
import { imageOf, toArrayValue } from '../../src/processing/views.js';
import { freePortRange } from '../support/ports.js';
import {
  type ExpectedOutput,
  expectValue,
  inputArray,
  type VectorCase,
  vectorCases,
} from '../support/vectors.js';
import { arrayOf, numberIn, subscribe } from './support.js';

/** Milliseconds for a new configuration to show in the stream, on a machine that does other things too. */
const PATIENCE = 20_000;

describe('camera, vectors from configuration to stream', () => {
  let folder: string;
  let server: ServiceServer;
  let client: CamClient;
  let device: Publisher;
  let receiver: Receiver | null = null;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    device = new Publisher({ sendHighWaterMark: 10, linger: 0 });
    await device.bind('tcp://127.0.0.1:0');
    server = await startCameraServer({
      port: 0,
      interface: '127.0.0.1',
      hostname: '127.0.0.1',
      portRange: await freePortRange(5),
      mode: 0,
      configFolder: folder,
      backgroundFolder: join(folder, 'backgrounds'),
      scriptFolder: folder,
      ipcFolder: folder,
      defaults: CAMERA_DEFAULTS,
      logLevel: 'CRITICAL',
      spares: 0,
      onReset: () => {},
    });
    client = new CamClient(server.url);
    await client.saveConfig('CAM', configuration({}));
    const image = arrayValue(new Uint16Array(12), [3, 4]);
    receiver = await subscribe(await sendUntil(image, client.stream('CAM')));
  });

  after(async () => {
    receiver?.close();
    await server.close();
    device.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function configuration(config: JsonObject): JsonObject {
    return { ...config, source: device.lastEndpoint!, source_type: 'array10', no_client_timeout: 0 };
  }

  async function send({ type, shape, data }: ArrayValue): Promise<void> {
    const header = Buffer.from(JSON.stringify({ type, shape }));
    await device.send([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
  }

  async function sendUntil<T>(image: ArrayValue, settled: Promise<T>): Promise<T> {
    let isSettled = false;
    const end = (): void => {
      isSettled = true;
    };
    settled.then(end, end);
    while (!isSettled) {
      await send(image);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return settled;
  }

  /** Sends the image until a message passes, and throws what the last one failed with when none does. */
  async function expectMessage(image: ArrayValue, check: (message: ReceivedMessage) => void): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const message = (await sendUntil(image, receiver!.receive()))!;
      try {
        check(message);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  for (const entry of vectorCases('camera_transform')) {
    it(entry.id, async () => {
      const config = entry.params.config as JsonObject;
      const background = storedBackground(entry, config);
      if (background !== null) await client.storeBackground('dark', background);
      const name = background === null ? null : 'dark';
      await client.saveConfig('CAM', configuration({ ...config, image_background: name }));
      const [expected] = entry.expected.outputs as ExpectedOutput[];
      await expectMessage(inputArray(entry, 'image')!, (message) => {
        expectValue(arrayOf(message, 'image'), expected!, entry.tolerance);
      });
    });
  }

  for (const entry of vectorCases('camera_axes')) {
    it(entry.id, async () => {
      const [width, height] = entry.params.raw_size as [number, number];
      const image = arrayValue(new Uint16Array(width * height), [height, width]);
      await client.saveConfig('CAM', configuration(entry.params.config as JsonObject));
      await expectMessage(image, (message) => {
        for (const output of entry.expected.outputs as ExpectedOutput[]) {
          const isAxis = output.name.endsWith('_axis');
          const actual = isAxis ? arrayOf(message, output.name) : numberIn(message, output.name);
          expectValue(actual, output, entry.tolerance);
        }
      });
    });
  }
});

/**
 * The background as a server wants it: of the size before the region of interest, after binning. The original binned it once
 * more, and cut it before it was handed to the function that the vectors come from.
 */
function storedBackground(entry: VectorCase, config: JsonObject): ArrayValue | null {
  const background = inputArray(entry, 'background');
  if (background === null) return null;
  if (config.binning_x !== undefined) {
    const [x, y] = [Number(config.binning_x), Number(config.binning_y)];
    return toArrayValue(referenceKernels.bin(imageOf(background), x, y, false));
  }
  if (config.roi == null) return background;
  const [left, width, top, height] = config.roi as [number, number, number, number];
  const [rows, columns] = inputArray(entry, 'image')!.shape as [number, number];
  const full = new Uint16Array(rows * columns);
  for (let row = 0; row < height; row += 1) {
    const line = (background.data as Uint16Array).subarray(row * width, (row + 1) * width);
    full.set(line, (top + row) * columns + left);
  }
  return arrayValue(full, [rows, columns]);
}
