/**
 * Client of the dispatching layer, which merges channels of many sources into one stream on request.
 */
import { CamServerError } from '../common/errors.js';
import type { ChannelRequest } from './source-config.js';

/** The dispatching layer of SwissFEL. */
export const DEFAULT_DISPATCHER_URL = 'https://dispatcher-api.psi.ch/sf-databuffer';

export interface DispatcherOptions {
  /** Default the data buffer of SwissFEL; the last segment of its path is the backend. */
  readonly baseUrl?: string;
  /** Milliseconds for one call; default 10000. */
  readonly timeout?: number;
}

export interface StreamRequest {
  /** PULL asks for a PUSH stream, SUB (default) for a PUB stream. */
  readonly mode?: 'SUB' | 'PULL';
  /** False takes channels as they are, also those that are missing now; default true. */
  readonly verify?: boolean;
  /** Default `adjust-individual`; always `keep-as-is` when `verify` is false. */
  readonly inconsistency?: 'adjust-individual' | 'keep-as-is';
  /** Asks for uncompressed channels. */
  readonly disableCompression?: boolean;
}

export interface LiveChannel {
  readonly name: string;
  readonly backend?: string;
  readonly type?: string;
  readonly shape?: readonly number[];
  readonly modulo?: number;
  readonly offset?: number;
  readonly source?: string;
}

export interface ChannelStatus {
  readonly name: string;
  readonly configured: boolean;
  readonly connected: boolean;
  readonly recording: boolean;
  /** ISO 8601; null when there has been none. */
  readonly latestEventDate: string | null;
}

/** Pulse ids or ISO 8601 dates. */
export type DataRange =
  | { readonly startPulseId: number; readonly endPulseId: number }
  | { readonly startDate: string; readonly endDate: string };

/**
 * Calls of the dispatching layer over HTTP. Each ends within the time-out.
 * @throws CamServerError `DISPATCHER_FAILED` from every call: what was asked for, and the answer or why there was none
 */
export class DispatcherClient {
  readonly baseUrl: string;
  private readonly timeout: number;

  constructor({ baseUrl = DEFAULT_DISPATCHER_URL, timeout = 10_000 }: DispatcherOptions = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.timeout = timeout;
  }

  /**
   * Requests a stream. Connect at once: a stream without a client is removed. It may contain more channels than requested.
   * @returns the address of the stream
   * @throws CamServerError, as all calls
   */
  async requestStream(
    channels: readonly (string | ChannelRequest)[],
    request: StreamRequest = {},
  ): Promise<string> {
    const { mode = 'SUB', verify = true, inconsistency = 'adjust-individual', disableCompression } = request;
    const body = {
      channels: channels.map(toChannelRequest),
      streamType: mode === 'PULL' ? 'push_pull' : 'pub_sub',
      verify,
      channelValidation: { inconsistency: verify ? inconsistency : 'keep-as-is' },
      ...(disableCompression === true ? { compression: 'none' } : {}),
    };
    const prefix = 'Unable to request stream for specified channels - ';
    const reply = await this.json('POST', '/stream', prefix, body);
    const stream = (reply as { stream?: unknown } | null)?.stream;
    if (typeof stream !== 'string') throw failure(`${prefix}the answer has no stream address`);
    return stream;
  }

  /** Gives a stream back. @param address as `requestStream` gave it */
  async removeStream(address: string): Promise<void> {
    await this.call('DELETE', '/stream', `Unable to remove stream ${address} - `, {
      body: address,
      headers: { 'content-type': 'text/plain' },
    });
  }

  /** The streams that exist now, as the dispatching layer describes them. */
  async currentStreams(): Promise<unknown[]> {
    return this.list('/streams', 'Unable to retrieve current streams - ');
  }

  /** All live channels of all backends whose name matches `pattern` anywhere. */
  async liveChannels(pattern?: RegExp | string): Promise<LiveChannel[]> {
    const backends = await this.list('/channels/live', 'Unable to retrieve current incoming channels - ');
    const channels = (backends as { channels?: LiveChannel[] }[]).flatMap(
      (backend) => backend.channels ?? [],
    );
    const expression = new RegExp(pattern ?? '');
    return channels.filter(({ name }) => typeof name === 'string' && name.search(expression) >= 0);
  }

  /** Whether channels are configured, connected and recorded, in the order of the answer. */
  async channelStatus(names: readonly string[]): Promise<ChannelStatus[]> {
    const prefix = 'Unable to retrieve status of channels - ';
    const body = { channels: names.map((name) => ({ name, queryLatest: true })) };
    const entries = asList(await this.json('POST', '/channels/state', prefix, body), prefix);
    return (entries as (StatusEntry | null)[]).map((entry) => {
      const name = entry?.channel?.name;
      if (typeof name !== 'string') throw failure(`${prefix}an entry of the answer names no channel`);
      return statusOf(name, entry!);
    });
  }

  /** Addresses of the sources that the dispatching layer reads. */
  async sources(): Promise<string[]> {
    const sources = await this.list('/sources', 'Unable to retrieve current input sources - ');
    return (sources as { stream: string }[]).map(({ stream }) => stream);
  }

  /** Lets the dispatching layer read these sources as well. @param addresses `tcp://host:port` */
  async addSources(addresses: readonly string[]): Promise<void> {
    await this.send('POST', '/sources', 'Unable to add input sources - ', toSources(addresses));
  }

  /** Lets it no longer read these sources. @param addresses as `sources` gives them */
  async removeSources(addresses: readonly string[]): Promise<void> {
    await this.send('DELETE', '/sources', 'Unable to delete input sources - ', toSources(addresses));
  }

  /** How long data of which channels is kept, as the dispatching layer describes it. */
  async dataPolicies(): Promise<unknown> {
    return this.json('GET', '/data/policies', 'Unable to retrieve current data policies - ');
  }

  /**
   * Changes how long data is kept.
   * @param channels names, or `backend/name` for another backend than that of the base URL
   * @param ttl seconds
   */
  async updateTtl(channels: readonly string[], ttl: number, range: DataRange): Promise<void> {
    const defaultBackend = this.baseUrl.slice(this.baseUrl.lastIndexOf('/') + 1);
    const entries = channels.map((channel) => {
      const slash = channel.indexOf('/');
      return slash < 0
        ? { name: channel, backend: defaultBackend }
        : { name: channel.slice(slash + 1), backend: channel.slice(0, slash) };
    });
    const body = { ttl, channels: entries, range };
    await this.send('POST', '/data/update/ttl', 'Unable to update ttl for specified channels - ', body);
  }

  private async list(path: string, prefix: string): Promise<unknown[]> {
    return asList(await this.json('GET', path, prefix), prefix);
  }

  private async json(method: string, path: string, prefix: string, body?: object): Promise<unknown> {
    const text = await this.send(method, path, prefix, body);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw failure(`${prefix}the answer is not JSON`, error);
    }
  }

  private async send(method: string, path: string, prefix: string, body?: object): Promise<string> {
    if (body === undefined) return this.call(method, path, prefix);
    return this.call(method, path, prefix, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  private async call(method: string, path: string, prefix: string, init: RequestInit = {}): Promise<string> {
    let status: number;
    let text: string;
    try {
      const signal = AbortSignal.timeout(this.timeout);
      const response = await fetch(this.baseUrl + path, { ...init, method, signal });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw failure(prefix + this.explain(error as Error), error);
    }
    if (status < 200 || status >= 400) throw failure(prefix + text);
    return text;
  }

  private explain(error: Error): string {
    if (error.name === 'TimeoutError') return `no answer from ${this.baseUrl} within ${this.timeout} ms`;
    // fetch hides the reason one level deeper
    const cause = error.cause as NodeJS.ErrnoException | undefined;
    return `${this.baseUrl} cannot be reached: ${cause?.code ?? cause?.message ?? error.message}`;
  }
}

/** As the dispatching layer sends it; every field may be missing. */
interface StatusEntry {
  readonly channel?: { readonly name?: unknown } | null;
  readonly configured?: unknown;
  readonly connected?: unknown;
  readonly recording?: unknown;
  readonly latestEventDate?: unknown;
}

function statusOf(
  name: string,
  { configured, connected, recording, latestEventDate }: StatusEntry,
): ChannelStatus {
  return {
    name,
    configured: configured === true,
    connected: connected === true,
    recording: recording === true,
    latestEventDate: typeof latestEventDate === 'string' ? latestEventDate : null,
  };
}

function toChannelRequest(channel: string | ChannelRequest): ChannelRequest {
  if (typeof channel === 'string') return { name: channel };
  const { name, modulo, offset } = channel;
  return { name, modulo, offset };
}

function toSources(addresses: readonly string[]): object {
  return { sources: addresses.map((stream) => ({ stream })) };
}

function asList(value: unknown, prefix: string): unknown[] {
  if (!Array.isArray(value)) throw failure(`${prefix}the answer is not a list`);
  return value;
}

function failure(message: string, cause?: unknown): CamServerError {
  return new CamServerError('DISPATCHER_FAILED', message, { cause });
}
