/**
 * The connection of a pipeline to its camera, or to the stream that it reads instead.
 */
import { Receiver } from '../../bsread/index.js';
import type { ReceivedMessage } from '../../bsread/types.js';
import type { CamClient } from '../../client/index.js';
import type { JsonObject } from '../../common/json.js';
import { isTruthy } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import type { MessageSource } from './message-source.js';

/** Cameras always have these. */
const RECEIVE_TIMEOUT = 1000;
const HIGH_WATER_MARK = 100;

export interface CameraSourceOptions {
  /** Asks the camera server for the address of the stream, which starts the camera when it does not run. */
  cameraStream(): Promise<string>;
  /** The present parameters: `input_stream`, `input_mode`. */
  parameters(): JsonObject;
  readonly log: InstanceLog;
}

export class CameraSource {
  #receiver: Receiver;
  #address: string;

  private constructor(
    private readonly options: CameraSourceOptions,
    receiver: Receiver,
    address: string,
  ) {
    this.#receiver = receiver;
    this.#address = address;
  }

  /** @throws CamServerError when the camera server does not give an address or it cannot be connected to */
  static async open(options: CameraSourceOptions): Promise<CameraSource> {
    const address = await sourceAddress(options);
    return new CameraSource(options, await connect(address, options), address);
  }

  get address(): string {
    return this.#address;
  }

  /** The next message; null after a second without one, and when the source is closed. */
  receive(): Promise<ReceivedMessage | null> {
    return this.#receiver.receive();
  }

  /** Asks for the address again and connects there if it is another one. */
  async reconnect(): Promise<void> {
    const address = await sourceAddress(this.options);
    if (address === this.#address) return;
    this.options.log.warning(`The camera stream moved from ${this.#address} to ${address}.`);
    const receiver = await connect(address, this.options);
    this.#receiver.close();
    this.#receiver = receiver;
    this.#address = address;
  }

  /** Ends a pending receive. */
  close(): void {
    this.#receiver.close();
  }
}

/** The stream of a camera as it is, for pipelines that do not follow a camera which moves. @throws CamServerError */
export async function openCameraMessages(
  client: Pick<CamClient, 'stream'>,
  camera: string,
  log: InstanceLog,
): Promise<MessageSource> {
  const source = await CameraSource.open({
    cameraStream: () => client.stream(camera),
    parameters: () => ({}),
    log,
  });
  return {
    receive: () => source.receive(),
    stopReceiving: () => source.close(),
    close: async () => source.close(),
  };
}

async function sourceAddress(options: CameraSourceOptions): Promise<string> {
  const { input_stream } = options.parameters();
  return isTruthy(input_stream) ? String(input_stream).trim() : options.cameraStream();
}

async function connect(address: string, { parameters, log }: CameraSourceOptions): Promise<Receiver> {
  const { input_stream, input_mode } = parameters();
  const receiver = new Receiver({
    address,
    mode: isTruthy(input_stream) && input_mode === 'PULL' ? 'PULL' : 'SUB',
    highWaterMark: HIGH_WATER_MARK,
    receiveTimeout: RECEIVE_TIMEOUT,
    onWarning: (text) => log.warning(text),
  });
  await receiver.open();
  return receiver;
}
