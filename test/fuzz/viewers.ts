/** Hostile messages to the WebSocket of the live view. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { hostileInputs, mutateBytes, pickFrom, randomGenerator } from './corpus.js';

const GOOD = [
  '{"type": "view", "rate": 5, "width": 40, "region": [0, 0, 9, 9], "channels": ["x_rms"]}',
  '{"type": "ack", "frame": 1}',
  '{"type": "hold", "pulse_id": 3}',
].map((text) => Buffer.from(text));

/** Beyond what the server takes as one message. */
const TOO_LARGE = Buffer.alloc(65 * 1024, ' ');

export interface ViewerResult {
  readonly messages: number;
  /** Answers that said what was wrong. */
  readonly errors: number;
  /** Connections that the server ended. */
  readonly ended: number;
}

/**
 * Sends `count` messages to one running instance, over as many connections as it takes.
 * @param url of the live view of an instance, `ws://…/api/v2/view/<cluster>/<instance>`
 */
export async function fuzzViewers(url: string, count: number, seed: number): Promise<ViewerResult> {
  const random = randomGenerator(seed);
  const kept = hostileInputs('viewer-messages').map(({ bytes }) => bytes);
  const short = kept.filter(({ length }) => length < 2000);
  const messages = [
    ...kept,
    ...Array.from({ length: count }, () =>
      mutateBytes(pickFrom(random() < 0.5 ? GOOD : short, random), random),
    ),
    TOO_LARGE,
  ];
  let viewer: WebSocket | null = null;
  let errors = 0;
  let ended = 0;
  for (const message of messages) {
    if (viewer === null || viewer.readyState !== WebSocket.OPEN) {
      if (viewer !== null) ended += 1;
      viewer = await connect(url, () => (errors += 1));
    }
    const isBinary = random() < 0.05;
    viewer.send(isBinary ? message : message.toString('latin1'), { binary: isBinary });
    await answered(viewer);
  }
  if (viewer !== null) await closed(viewer);
  return { messages: messages.length, errors, ended };
}

async function connect(url: string, onError: () => void): Promise<WebSocket> {
  const viewer = new WebSocket(url);
  viewer.on('error', () => {});
  viewer.on('message', (data, isBinary) => {
    if (isBinary) return;
    if ((JSON.parse(String(data)) as { type: string }).type === 'error') onError();
  });
  await once(viewer, 'message');
  return viewer;
}

/** A ping is answered after the messages before it were looked at. */
async function answered(viewer: WebSocket): Promise<void> {
  if (viewer.readyState !== WebSocket.OPEN) return;
  viewer.ping();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      viewer.off('pong', done).off('close', done);
      resolve();
    };
    viewer.on('pong', done).on('close', done);
  });
}

async function closed(viewer: WebSocket): Promise<void> {
  if (viewer.readyState === WebSocket.CLOSED) return;
  const end = once(viewer, 'close');
  viewer.terminate();
  await end;
}
