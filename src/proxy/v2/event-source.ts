/** Server-sent events of another server, connected again whenever the connection ends. */
import type { JsonObject } from '../../common/json.js';

export interface EventSourceOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly onEvent: (type: string, data: JsonObject) => void;
}

/** Milliseconds before the next attempt, doubled after each failure. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** Milliseconds of silence after which a connection is given up; there is a heartbeat every 10 s. */
const SILENCE = 30_000;
/** Characters of an event that is not complete. */
const LONGEST_EVENT = 4 * 1024 * 1024;

/** @returns ends it */
export function followEvents(options: EventSourceOptions): () => void {
  const end = new AbortController();
  void follow(options, end.signal);
  return () => end.abort();
}

async function follow(options: EventSourceOptions, signal: AbortSignal): Promise<void> {
  let delay = FIRST_DELAY;
  let lastId: string | null = null;
  while (!signal.aborted) {
    try {
      await readOnce(options, lastId, signal, (id) => {
        lastId = id;
        delay = FIRST_DELAY;
      });
    } catch {
      // the next attempt tells
    }
    await pause(delay, signal);
    delay = Math.min(2 * delay, LONGEST_DELAY);
  }
}

async function readOnce(
  { url, headers, onEvent }: EventSourceOptions,
  lastId: string | null,
  signal: AbortSignal,
  onId: (id: string) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE);
  try {
    const response = await fetch(url, {
      headers: lastId === null ? headers : { ...headers, 'Last-Event-ID': lastId },
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: 'error',
    });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      if (text.length > LONGEST_EVENT) throw new Error('an event is too long');
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) takeBlock(block, onEvent, onId);
    }
  } finally {
    clearTimeout(timer);
  }
}

function takeBlock(block: string, onEvent: EventSourceOptions['onEvent'], onId: (id: string) => void): void {
  const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
  const [type, data, id] = [field('event'), field('data'), field('id')];
  if (id !== null) onId(id);
  if (type !== null && data !== null) onEvent(type, JSON.parse(data) as JsonObject);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
