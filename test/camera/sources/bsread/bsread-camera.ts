/** A bsread camera between a device and a client, for the tests of one suite. */
import type { Receiver } from '../../../../src/bsread/index.js';
import type { JsonObject } from '../../../../src/common/json.js';
import { type RunningCamera, startCamera, subscribe } from '../../support.js';
import { StreamSource } from './stream-source.js';

/** Milliseconds for one value of Channel Access, on a machine that does other things too. */
const PATIENT = { channelAccessTimeout: 8000 };

export interface StartedCamera {
  /** The device. */
  readonly source: StreamSource;
  readonly camera: RunningCamera;
  readonly receiver: Receiver;
  /** The pulse id after the last one that was sent. */
  readonly next: number;
}

export interface BsreadCamera {
  /** The device. */
  readonly source: StreamSource;
  /** Another device in its place, with that image channel. */
  replaceSource(channel: string, address?: string): Promise<StreamSource>;
  /** Starts the camera; it is stopped after the test. */
  startOnly(config?: JsonObject): Promise<RunningCamera>;
  /** Starts the camera and sends pulses from 1 on until a subscriber gets them. */
  start(config?: JsonObject): Promise<StartedCamera>;
}

/** Opens the device before each test of the suite, and closes all after each. */
export function bsreadCamera(): BsreadCamera {
  let source: StreamSource;
  let camera: RunningCamera | null;
  let receiver: Receiver | null;

  beforeEach(async () => {
    [camera, receiver] = [null, null];
    source = new StreamSource();
    await source.open();
  });

  afterEach(async () => {
    receiver?.close();
    await camera?.stop();
    source.close();
  });

  async function startOnly(config: JsonObject = {}): Promise<RunningCamera> {
    const complete = { source: '', source_type: 'bsread', url: source.address, ...config };
    camera = await startCamera(complete, 'CAM', PATIENT);
    return camera;
  }

  return {
    get source() {
      return source;
    },
    async replaceSource(channel, address) {
      source.close();
      source = await StreamSource.opened(channel, address);
      return source;
    },
    startOnly,
    async start(config) {
      const started = await startOnly(config);
      receiver = await subscribe(started.address);
      const next = await source.sendUntil(1, receiver.receive());
      return { source, camera: started, receiver, next };
    },
  };
}
