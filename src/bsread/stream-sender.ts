/**
 * A stream with named channels: derives the data header from the values, counts pulse ids, calls channel functions. For
 * a stream whose header is known beforehand, `Sender` alone is enough and cheaper.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CamServerError } from '../common/errors.js';
import { type ChannelValue, type Timestamp, timestampFromSeconds, timestampNow } from '../common/values.js';
import { NoClientTimer } from './client-counter.js';
import { isCompression } from './compression.js';
import { type EncodedDataHeader, encodeDataHeader } from './headers.js';
import { type NativeValue, toChannelValue } from './native-values.js';
import { Sender, type SenderOptions, type SendResult } from './sender.js';
import type { ChannelDefinition, Compression, SenderStatistics } from './types.js';
import { deriveDefinition, ValueError } from './values.js';

export interface StreamSenderOptions extends Omit<SenderOptions, 'address'> {
  /** Default `tcp://*:9999`. */
  readonly address?: string;
  /** Default PUSH. */
  readonly mode?: 'PUB' | 'PUSH';
  /** The pulse id of the first message; default 0. */
  readonly startPulseId?: bigint;
  /** Default none. Never choose lz4: readers disagree on the byte order of its length. */
  readonly dataHeaderCompression?: Compression | null;
  /** Default none. */
  readonly dataCompression?: Compression | null;
}

export interface NoClientOptions {
  /** Called when nobody has been connected for the time-out, and again after each further one. */
  readonly noClientAction?: () => void;
  /** Seconds; default 10. */
  readonly noClientTimeout?: number;
}

/** What `addChannel` may fix; without a type a channel is float64. A compression of null wins over that of the stream. */
export interface ChannelMetadata extends Partial<Omit<ChannelDefinition, 'name' | 'compression'>> {
  readonly compression?: Compression | null;
}

export type ChannelFunction = (pulseId: bigint) => NativeValue;

export interface SendOptions {
  /** Sets the running pulse id; without it the running one is used. */
  readonly pulseId?: bigint;
  /** Default now. Numbers are seconds since 1970. */
  readonly timestamp?: Timestamp | number;
  /**
   * For values by name: true (default) makes exactly these names the channels of the stream, with types and shapes of the
   * values; false keeps the channels as they were added.
   */
  readonly checkData?: boolean;
  /** Ends the waiting of a blocking PUSH. */
  readonly signal?: AbortSignal;
}

export type NamedValues = ReadonlyMap<string, NativeValue> | Readonly<Record<string, NativeValue>>;

interface Channel {
  readonly definition: ChannelDefinition;
  readonly source?: ChannelFunction;
}

/** Publishes values by name; the data header follows from them. Open it on the main thread only. */
export class StreamSender {
  private readonly sender: Sender;
  private readonly dataCompression: Compression;
  private readonly headerCompression: Compression;
  private channels = new Map<string, Channel>();
  private header: EncodedDataHeader | null = null;
  private pulseId: bigint;
  private timer: NoClientTimer | null = null;

  /** @throws CamServerError for an unknown compression */
  constructor(private readonly options: StreamSenderOptions = {}) {
    this.headerCompression = checkCompression('Data header compression', options.dataHeaderCompression);
    this.dataCompression = checkCompression('Data compression', options.dataCompression);
    this.pulseId = options.startPulseId ?? 0n;
    this.sender = new Sender({
      ...options,
      address: options.address ?? 'tcp://*:9999',
      mode: options.mode ?? 'PUSH',
    });
  }

  /** Binds or connects; the running pulse id starts at `startPulseId`. @throws CamServerError */
  async open({ noClientAction, noClientTimeout = 10 }: NoClientOptions = {}): Promise<void> {
    await this.sender.open();
    this.pulseId = this.options.startPulseId ?? 0n;
    if (noClientAction === undefined) return;
    this.timer = new NoClientTimer(() => this.sender.idleSince, noClientTimeout, noClientAction);
  }

  /** Closes the socket; unsent messages are kept for the linger time in the background. */
  close(): void {
    this.timer?.stop();
    this.sender.close();
  }

  /** The address after `open`, with the port that was chosen for port 0. */
  get address(): string {
    return this.sender.address;
  }

  /** Counts since the sender was made. */
  get statistics(): SenderStatistics {
    return this.sender.statistics;
  }

  /** Seconds without clients before the action of `open` is called; the waiting starts anew. */
  setNoClientTimeout(seconds: number): void {
    this.timer?.setTimeout(seconds);
  }

  /** Adds a channel at the end, or replaces the one of that name where it is. */
  addChannel(name: string, source?: ChannelFunction, metadata: ChannelMetadata = {}): void {
    const { compression = this.dataCompression, type = 'float64', ...rest } = metadata;
    const definition = { name, type, ...rest, ...(compression === null ? {} : { compression }) };
    this.channels.set(name, { definition, source });
    this.header = null;
  }

  /**
   * Sends one message: without values those of the channel functions; with a list one value per channel in their order; with a map or
   * object by name. Arrays are not copied, so they must never be changed afterwards.
   * @throws ValueError when the values do not fit the channels; CamServerError when the last send is not finished
   */
  async send(values?: readonly NativeValue[] | NamedValues, options: SendOptions = {}): Promise<SendResult> {
    const pulseId = options.pulseId ?? this.pulseId;
    const { header, ordered } = this.prepare(values, pulseId, options.checkData ?? true);
    this.pulseId = pulseId + 1n;
    return this.sender.send(header, ordered, pulseId, toTimestamp(options.timestamp), options.signal);
  }

  /**
   * Opens, sends what the channel functions give, and closes.
   * @param messageCount undefined: until the signal aborts
   * @param interval seconds from message to message
   */
  async generateStream(messageCount?: number, interval = 0.01, signal?: AbortSignal): Promise<void> {
    await this.open();
    try {
      const start = performance.now();
      for (let index = 0; index !== messageCount && signal?.aborted !== true; index += 1) {
        await this.send(undefined, { signal });
        const rest = start + (index + 1) * interval * 1000 - performance.now();
        if (rest > 0) await delay(rest, undefined, { signal }).catch(() => {});
      }
    } finally {
      this.close();
    }
  }

  private prepare(
    values: readonly NativeValue[] | NamedValues | undefined,
    pulseId: bigint,
    checkData: boolean,
  ): { header: EncodedDataHeader; ordered: ChannelValue[] } {
    if (values === undefined) {
      return this.asAdded((name, { source }) => {
        if (source === undefined) throw new ValueError(`Channel '${name}' has no function`);
        return source(pulseId);
      });
    }
    if (Array.isArray(values)) return this.asDerived(this.named(values as readonly NativeValue[]));
    const byName = toMap(values as NamedValues);
    if (checkData) return this.asDerived(byName);
    return this.asAdded((name) => {
      const value = byName.get(name);
      if (value === undefined) throw new ValueError(`No value is given for channel '${name}'`);
      return value;
    });
  }

  private named(values: readonly NativeValue[]): Map<string, NativeValue> {
    const names = [...this.channels.keys()];
    if (names.length !== values.length) {
      throw new ValueError(
        `Length of passed data (${values.length}) does not correspond to configured channels (${names.length})`,
      );
    }
    return new Map(names.map((name, index) => [name, values[index] as NativeValue]));
  }

  /** The channels as they were added. */
  private asAdded(pick: (name: string, channel: Channel) => NativeValue) {
    const ordered = Array.from(this.channels, ([name, channel]) =>
      toChannelValue(name, pick(name, channel), channel.definition.type),
    );
    return { header: this.currentHeader(), ordered };
  }

  /** The channels as the values say; while a channel is null it stays announced as it was. */
  private asDerived(values: ReadonlyMap<string, NativeValue>) {
    const channels = new Map<string, Channel>();
    const ordered: ChannelValue[] = [];
    for (const [name, native] of values) {
      const value = toChannelValue(name, native);
      const known = this.channels.get(name);
      const definition = value === null && known ? known.definition : this.derive(name, value);
      channels.set(name, { definition, source: known?.source });
      ordered.push(value);
    }
    if (!sameDefinitions(channels, this.channels)) this.header = null;
    this.channels = channels;
    return { header: this.currentHeader(), ordered };
  }

  private derive(name: string, value: ChannelValue): ChannelDefinition {
    const compression = this.dataCompression;
    return { ...deriveDefinition(name, value), ...(compression === 'none' ? {} : { compression }) };
  }

  private currentHeader(): EncodedDataHeader {
    const definitions = Array.from(this.channels.values(), (channel) => channel.definition);
    this.header ??= encodeDataHeader(definitions, this.headerCompression);
    return this.header;
  }
}

function checkCompression(what: string, compression: string | null | undefined): Compression {
  const name = compression ?? 'none';
  if (isCompression(name)) return name;
  throw new CamServerError(
    'UNKNOWN_COMPRESSION',
    `${what} "${name}" not supported. Available: [none, lz4, bitshuffle_lz4]`,
  );
}

function toMap(values: NamedValues): ReadonlyMap<string, NativeValue> {
  return values instanceof Map ? values : new Map(Object.entries(values));
}

function toTimestamp(timestamp: Timestamp | number | undefined): Timestamp {
  if (timestamp === undefined) return timestampNow();
  return typeof timestamp === 'number' ? timestampFromSeconds(timestamp) : timestamp;
}

function sameDefinitions(left: ReadonlyMap<string, Channel>, right: ReadonlyMap<string, Channel>): boolean {
  const text = (channels: ReadonlyMap<string, Channel>): string =>
    JSON.stringify(Array.from(channels.values(), (channel) => channel.definition));
  return text(left) === text(right);
}
