/** The numbers of a stream as text for people, or as JSON lines for programs. */
import type { ReceivedChannel, ReceivedMessage } from '../bsread/types.js';
import { formatJson } from '../common/json.js';
import { type ChannelValue, isArrayValue, TypedScalar } from '../common/values.js';

/** What one wants to see first of a beam, if the stream has it. */
const USUAL_CHANNELS = [
  'intensity',
  'min_value',
  'max_value',
  'x_fit_mean',
  'x_fit_standard_deviation',
  'x_fwhm',
  'x_center_of_mass',
  'x_rms',
  'y_fit_mean',
  'y_fit_standard_deviation',
  'y_fwhm',
  'y_center_of_mass',
  'y_rms',
] as const;
const MAXIMUM_CHANNELS = 30;
const RATE_WINDOW_MILLISECONDS = 2000;

/** Keeps the last message's numbers and the rate; nothing of the message itself. */
export class LiveNumbers {
  private readonly arrivals: number[] = [];
  private received = 0;
  private pulseId = 0n;
  private values: readonly (readonly [name: string, value: string])[] = [];

  /** @param channels those to show; null: the usual ones, or all scalars of a stream that has none of them */
  constructor(
    private readonly title: string,
    private readonly channels: readonly string[] | null,
  ) {}

  /** @param now milliseconds of a steady clock */
  add(message: ReceivedMessage, now: number): void {
    this.received += 1;
    this.pulseId = message.pulseId;
    this.arrivals.push(now);
    while (this.arrivals.length > 2 && this.arrivals[0]! < now - RATE_WINDOW_MILLISECONDS)
      this.arrivals.shift();
    this.values = shownChannels(message, this.channels).map((channel) => [
      channel.definition.name,
      valueText(channel),
    ]);
  }

  /** Messages per second over the last two seconds; 0 before the second message. */
  get rate(): number {
    const span = (this.arrivals.at(-1) ?? 0) - (this.arrivals[0] ?? 0);
    return span > 0 ? ((this.arrivals.length - 1) * 1000) / span : 0;
  }

  /** Several lines for a terminal. */
  picture(): string {
    const width = Math.max(10, ...this.values.map(([name]) => name.length));
    const head = `${this.rate.toFixed(1)} Hz   pulse id ${this.pulseId}   ${this.received} messages`;
    return [
      this.title,
      head,
      ...this.values.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ].join('\n');
  }

  /** One line for a file. */
  line(): string {
    const values = this.values.map(([name, value]) => ` ${name}=${value}`).join('');
    return `pulse_id=${this.pulseId} rate=${this.rate.toFixed(1)}Hz${values}`;
  }
}

/** One message as JSON: scalars and texts by value, arrays by type and shape. */
export function messageLine(message: ReceivedMessage, channels: readonly string[] | null): string {
  const shown = channels === null ? message.channels : shownChannels(message, channels);
  const values = Object.fromEntries(shown.map((channel) => [channel.definition.name, jsonValue(channel)]));
  const { timestamp } = message;
  return formatJson({
    pulse_id: message.pulseId,
    timestamp: timestamp === null ? null : [timestamp.seconds, timestamp.nanoseconds],
    channels: values,
  });
}

function shownChannels(message: ReceivedMessage, names: readonly string[] | null): ReceivedChannel[] {
  const chosen = (names ?? USUAL_CHANNELS).flatMap((name) => message.channel(name) ?? []);
  if (names !== null || chosen.length > 0) return chosen;
  return message.channels.filter(isScalar).slice(0, MAXIMUM_CHANNELS);
}

/** Senders may leave out the shape of a scalar; then a value of one element's size is taken for one. */
function isScalar({ definition, frame }: ReceivedChannel): boolean {
  const { shape, type } = definition;
  if (type === 'string') return true;
  if (shape === undefined) return frame !== null && frame.length <= 8;
  return shape.length === 1 && shape[0] === 1;
}

/** Arrays are not decoded: they may be large and are shown by type and shape only. */
function jsonValue(channel: ReceivedChannel): unknown {
  if (channel.frame === null) return null;
  if (isScalar(channel)) return plain(channel.decode());
  const { type, shape } = channel.definition;
  return { type, shape: shape === undefined ? null : [...shape].reverse() };
}

function plain(value: ChannelValue): unknown {
  if (value instanceof TypedScalar) return value.value;
  return value !== null && isArrayValue(value) ? { type: value.type, shape: value.shape } : value;
}

function valueText(channel: ReceivedChannel): string {
  const value = jsonValue(channel);
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toPrecision(7);
  return typeof value === 'string' ? value.slice(0, 100) : formatJson(value);
}
