/**
 * The control system's side of a bsread camera: whether it is initialised, how large its images are, where its stream is.
 */
import { CamServerError } from '../../../common/errors.js';
import { ChannelAccess } from '../../../epics/index.js';
import type { Size } from '../../geometry.js';

export class CameraIoc {
  private readonly channelAccess = new ChannelAccess();

  /**
   * @param prefix of the process variables
   * @param timeout milliseconds for each value
   */
  constructor(
    private readonly prefix: string,
    private readonly timeout: number,
  ) {}

  /**
   * @throws CamServerError `CAMERA_OFFLINE` `Camera with prefix <P> is offline`, or `CAMERA_NOT_INITIALIZED`
   */
  async verify(): Promise<void> {
    let status: string;
    try {
      status = await this.readText('INIT');
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
    const [width, height] = await Promise.all([this.readWhole('WIDTH'), this.readWhole('HEIGHT')]);
    return { width, height };
  }

  async readStreamAddress(): Promise<string> {
    const address = await this.readText('BSREADCONFIG').catch(() => '');
    if (address !== '') return address;
    throw new CamServerError(
      'NO_STREAM_ADDRESS',
      `Could not fetch bsread stream address for cam_server:${this.prefix}`,
    );
  }

  close(): void {
    this.channelAccess.close();
  }

  private async readWhole(name: string): Promise<number> {
    const text = await this.readText(name).catch((error) => {
      throw this.channelError(name, error);
    });
    const value = Math.trunc(Number(text));
    if (text.trim() !== '' && value > 0) return value;
    throw this.channelError(name, new Error(`'${text}' is not a size`));
  }

  private channelError(name: string, cause: unknown): CamServerError {
    const text = `Error getting channel ${this.prefix}:${name} for camera ${this.prefix}`;
    return new CamServerError('CHANNEL_ERROR', text, { cause });
  }

  private async readText(name: string): Promise<string> {
    const channel = this.channelAccess.channel(`${this.prefix}:${name}`);
    try {
      const { value } = await channel.get({ as: 'string', timeout: this.timeout / 1000 });
      return Array.isArray(value) ? (value[0] ?? '') : String(value.data[0] ?? '');
    } finally {
      channel.close();
    }
  }
}
