/**
 * Reading process variables of a camera, with the texts that operators know.
 */
import { CamServerError } from '../../../common/errors.js';
import { type Channel, ChannelAccess, type Reading } from '../../../epics/index.js';

export class ProcessVariables {
  private readonly channelAccess = new ChannelAccess();

  /**
   * @param camera for the texts: the `source` of the configuration
   * @param timeout milliseconds for each value
   */
  constructor(
    readonly camera: string,
    private readonly timeout: number,
  ) {}

  /** The first element as text. @throws CamServerError when there is none in time */
  async readText(name: string): Promise<string> {
    const { value } = await this.withChannel(name, (channel) => channel.get({ as: 'string', ...this.limit }));
    return Array.isArray(value) ? (value[0] ?? '') : String(value.data[0] ?? '');
  }

  /** A size: a whole number above 0. @throws CamServerError `Error getting channel <pv> for camera <P>` */
  async readSize(name: string): Promise<number> {
    const text = await this.readText(name).catch((error) => {
      throw this.channelError(name, error);
    });
    const value = Math.trunc(Number(text));
    if (text.trim() !== '' && value > 0) return value;
    throw this.channelError(name, new Error(`'${text}' is not a size`));
  }

  /** The whole array. @throws CamServerError `Error getting channel <pv> for camera <P>` */
  async readArray(name: string): Promise<Reading> {
    return this.withChannel(name, (channel) => channel.get(this.limit)).catch((error) => {
      throw this.channelError(name, error);
    });
  }

  /** A channel that stays connected until `close`. @throws CamServerError `Could not connect to: <pv>` */
  async connect(name: string): Promise<Channel> {
    const channel = this.channelAccess.channel(name);
    await channel.connect(this.limit);
    return channel;
  }

  close(): void {
    this.channelAccess.close();
  }

  private get limit(): { readonly timeout: number } {
    return { timeout: this.timeout / 1000 };
  }

  private async withChannel<T>(name: string, read: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = this.channelAccess.channel(name);
    try {
      return await read(channel);
    } finally {
      channel.close();
    }
  }

  private channelError(name: string, cause: unknown): CamServerError {
    return new CamServerError('CHANNEL_ERROR', `Error getting channel ${name} for camera ${this.camera}`, {
      cause,
    });
  }
}
