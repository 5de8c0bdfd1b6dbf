/**
 * What the dispatching layer of the tests does: sources in, streams of the requested channels out. Messages of one source are
 * passed on pulse by pulse; channels of several sources are not put together.
 */
import { encodeDataHeader, type ReceivedMessage, Receiver, Sender } from '../../../src/bsread/index.js';

interface Stream {
  readonly sender: Sender;
  readonly request: StreamRequest;
  /** Messages are sent one after the other. */
  sending: Promise<unknown>;
}

interface StreamRequest {
  readonly channels: readonly {
    readonly name: string;
    readonly modulo?: number;
    readonly offset?: number;
  }[];
  readonly streamType: string;
  readonly verify: boolean;
  readonly channelValidation: { readonly inconsistency: string };
  readonly compression?: string;
}

const sources = new Map<string, Receiver>();
const known = new Set<string>();
const streams = new Map<string, Stream>();

/** Answers a request, such as `POST /stream`. @throws Error with a text for the client */
export async function handle(call: string, body: string): Promise<unknown> {
  switch (call) {
    case 'POST /sources':
      for (const { stream } of JSON.parse(body).sources) await addSource(stream);
      return {};
    case 'GET /channels/live':
      return [{ backend: 'sf-databuffer', channels: Array.from(known, (name) => ({ name })) }];
    case 'GET /streams':
      return Array.from(streams, ([stream, { request }]) => ({ stream, request }));
    case 'POST /stream':
      return { stream: await openStream(JSON.parse(body)) };
    case 'DELETE /stream':
      return removeStream(body);
    default:
      throw new Error(`There is no ${call}`);
  }
}

export function closeAll(): void {
  for (const receiver of sources.values()) receiver.close();
  for (const { sender } of streams.values()) sender.close();
}

async function addSource(address: string): Promise<void> {
  const receiver = new Receiver({ address, mode: 'PULL' });
  await receiver.open();
  sources.set(address, receiver);
  void (async () => {
    for await (const message of receiver.messages()) {
      for (const { definition } of message.channels) known.add(definition.name);
      for (const stream of streams.values()) {
        stream.sending = stream.sending.then(() => pass(message, stream)).catch(() => {});
      }
    }
  })();
}

async function openStream(request: StreamRequest): Promise<string> {
  const missing = request.channels.map(({ name }) => name).filter((name) => !known.has(name));
  if (request.verify && missing.length > 0) throw new Error(`Unknown channels: ${missing.join(', ')}`);
  const sender = new Sender({
    address: 'tcp://127.0.0.1:0',
    mode: request.streamType === 'push_pull' ? 'PUSH' : 'PUB',
    linger: 0,
  });
  await sender.open();
  streams.set(sender.address, { sender, request, sending: Promise.resolve() });
  return sender.address;
}

function removeStream(address: string): object {
  const stream = streams.get(address);
  if (stream === undefined) throw new Error(`There is no stream ${address}`);
  streams.delete(address);
  stream.sender.close();
  return {};
}

async function pass({ pulseId, timestamp, channels }: ReceivedMessage, stream: Stream): Promise<void> {
  const { sender, request } = stream;
  const compression = request.compression === 'none' ? 'none' : 'bitshuffle_lz4';
  const wanted = channels.filter(({ definition }) =>
    request.channels.some(
      ({ name, modulo = 1, offset = 0 }) =>
        name === definition.name && Number(pulseId) % modulo === offset % modulo,
    ),
  );
  if (wanted.length === 0) return;
  const header = encodeDataHeader(
    wanted.map(({ definition }) => ({ ...definition, type: definition.type as 'float64', compression })),
  );
  const values = wanted.map((channel) => channel.decode());
  await sender.send(header, values, pulseId, timestamp ?? { seconds: 0n, nanoseconds: 0n });
}
