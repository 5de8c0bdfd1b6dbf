/**
 * The control system's side of a camera: whether it is initialised, how large its images are, one image, and for a camera that
 * streams the address of its stream.
 */
import { CamServerError } from '../../../common/errors.js';
import type { ArrayValue } from '../../../common/values.js';
import type { Size } from '../../geometry.js';
import { ProcessVariables } from './process-variables.js';
import { imageOfReading, type PixelRules } from './waveform.js';

export class CameraIoc {
  readonly variables: ProcessVariables;

  /**
   * @param prefix of the process variables
   * @param timeout milliseconds for each value
   */
  constructor(
    private readonly prefix: string,
    timeout: number,
  ) {
    this.variables = new ProcessVariables(prefix, timeout);
  }

  /** @throws CamServerError `CAMERA_OFFLINE` `Camera with prefix <P> is offline`, or `CAMERA_NOT_INITIALIZED` */
  async verify(): Promise<void> {
    let status: string;
    try {
      status = await this.variables.readText(`${this.prefix}:INIT`);
    } catch (error) {
      const text = `Camera with prefix ${this.prefix} is offline`;
      throw new CamServerError('CAMERA_OFFLINE', text, { cause: error });
    }
    if (status === 'INIT') return;
    throw new CamServerError(
      'CAMERA_NOT_INITIALIZED',
      `Camera with prefix ${this.prefix} is not initialized - Status ${status}`,
    );
  }

  async readSize(): Promise<Size> {
    const [width, height] = await Promise.all([
      this.variables.readSize(`${this.prefix}:WIDTH`),
      this.variables.readSize(`${this.prefix}:HEIGHT`),
    ]);
    return { width, height };
  }

  /** The present image. @throws CamServerError when it cannot be read, or is smaller than the camera says */
  async readImage(rules: PixelRules): Promise<ArrayValue> {
    const size = await this.readSize();
    const reading = await this.variables.readArray(`${this.prefix}:FPICTURE`);
    return imageOfReading(reading, size, this.prefix, rules);
  }

  async readStreamAddress(): Promise<string> {
    const address = await this.variables.readText(`${this.prefix}:BSREADCONFIG`).catch(() => '');
    if (address !== '') return address;
    throw new CamServerError(
      'NO_STREAM_ADDRESS',
      `Could not fetch bsread stream address for cam_server:${this.prefix}`,
    );
  }

  close(): void {
    this.variables.close();
  }
}
