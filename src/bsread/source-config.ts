/**
 * Reads and changes what a source (IOC) streams: one JSON request and one JSON reply over ZeroMQ, on the stream port + 1.
 */
import { Request } from 'zeromq';
import { CamServerError, errorText } from '../common/errors.js';
import { attach } from './sockets.js';

/** A channel that a source is asked to stream: every `modulo`-th pulse, beginning at `offset`. */
export interface ChannelRequest {
  readonly name: string;
  readonly modulo?: number;
  readonly offset?: number;
}

export interface SourceConfiguration {
  /** Names of all channels that the source could stream. */
  readonly channels: readonly string[];
  /** What it streams now. */
  readonly streamed: readonly Required<ChannelRequest>[];
  /** Undefined when the source does not tell. */
  readonly inhibit?: boolean;
}

const MAXIMUM_REPLY = 64 * 1024 * 1024;
const DEFAULT_TIMEOUT = 3000;

/** The configuration socket of one source. Each call opens a connection of its own, so that calls never mix. */
export class SourceConfigClient {
  /**
   * @param address `tcp://host:port`, usually port 10000
   * @param timeout milliseconds for one call
   */
  constructor(
    readonly address: string,
    private readonly timeout = DEFAULT_TIMEOUT,
  ) {}

  /** Streams all channels of the source. @throws CamServerError, as all calls */
  async streamAllChannels(): Promise<unknown> {
    return this.request({ grep: 2 });
  }

  /** Streams exactly these channels; none is allowed. */
  async streamChannels(channels: readonly ChannelRequest[]): Promise<unknown> {
    const entries = channels.map(({ name, modulo, offset }) => ({ name, modulo, offset }));
    return this.request({ channels: entries });
  }

  /** Stops (true) or resumes (false) the stream of the source. */
  async setInhibit(inhibit: boolean): Promise<unknown> {
    return this.request({ cmd: 'inhibit', val: inhibit });
  }

  /** What the source could stream, and what it streams. @throws CamServerError also when the answer names no channels */
  async introspect(): Promise<SourceConfiguration> {
    const reply = (await this.request({ cmd: 'introspect' })) as {
      channels?: unknown;
      config?: { channels?: unknown };
      inhibit?: unknown;
    } | null;
    const channels = reply?.channels;
    if (!Array.isArray(channels) || !channels.every((name) => typeof name === 'string')) {
      throw failure(`${this.address} answered without a list of channel names`);
    }
    const streamed = Array.isArray(reply?.config?.channels) ? reply.config.channels : [];
    return {
      channels,
      streamed: streamed.filter(isNamed).map(({ name, modulo, offset }) => ({
        name,
        modulo: typeof modulo === 'number' ? modulo : 1,
        offset: typeof offset === 'number' ? offset : 0,
      })),
      ...(reply?.inhibit === undefined || reply.inhibit === null ? {} : { inhibit: Boolean(reply.inhibit) }),
    };
  }

  /** Sends one request and waits for its reply, whatever they are. */
  async request(request: object): Promise<unknown> {
    const socket = new Request({
      linger: 0,
      sendTimeout: this.timeout,
      receiveTimeout: this.timeout,
      maxMessageSize: MAXIMUM_REPLY,
    });
    try {
      await attach(socket, this.address, 'connect');
      await socket.send(JSON.stringify(request));
      const [reply] = await socket.receive();
      return JSON.parse((reply as Buffer).toString('utf8'));
    } catch (error) {
      if (error instanceof CamServerError) throw error;
      throw failure(this.explain(error), error);
    } finally {
      socket.close();
    }
  }

  private explain(error: unknown): string {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
      return `${this.address} did not answer within ${this.timeout} ms`;
    }
    if (error instanceof SyntaxError) return `${this.address} answered with something that is not JSON`;
    return `${this.address}: ${errorText(error)}`;
  }
}

/** Entries of a reply may be anything. */
function isNamed(entry: unknown): entry is { name: string; modulo?: unknown; offset?: unknown } {
  return typeof (entry as { name?: unknown } | null)?.name === 'string';
}

function failure(message: string, cause?: unknown): CamServerError {
  return new CamServerError('SOURCE_CONFIG_FAILED', message, { cause });
}
