/**
 * Server-sent events: what a client asked for, from where it was, until it leaves or does not keep up.
 */
import type { ServerResponse } from 'node:http';
import { formatJson } from '../../common/json.js';
import { StreamAnswer } from '../../http/index.js';
import type { EventHub, HubEvent, Topic } from './event-hub.js';

/** Milliseconds of silence after which a heartbeat is sent. */
export const HEARTBEAT = 10_000;
/** Bytes that may wait for a slow client. */
const MAXIMUM_WAITING = 1024 * 1024;
/** Milliseconds that a browser waits before it connects again. */
const RETRY = 2000;

export interface StreamRequest {
  readonly hub: EventHub;
  readonly topics: readonly Topic[];
  /** Which events the client wants. */
  readonly wants: (event: HubEvent) => boolean;
  /** Where the client was; null: it begins now. */
  readonly position: string | null;
  /** Milliseconds between two looks at the plant. */
  readonly interval: number;
}

export function eventStream({ hub, topics, wants, position, interval }: StreamRequest): StreamAnswer {
  return new StreamAnswer(async (response, signal) => {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    const missed = position === null ? [] : hub.since(position);
    const isResumed = position !== null && missed !== null;
    const hello = {
      event_id: hub.position,
      time: new Date().toISOString(),
      resumed: isResumed,
      interval_ms: interval,
      heartbeat_ms: HEARTBEAT,
    };
    response.write(`retry: ${RETRY}\n\n`);
    response.write(message('hello', hello, isResumed ? null : hub.position));
    if (position !== null && missed === null) {
      response.write(message('reset', { reason: 'Events were missed; fetch the snapshot.' }, hub.position));
    }
    for (const event of missed ?? []) if (wants(event)) response.write(event.text);
    const endings = topics.map((topic) => hub.demand(topic));
    await follow(hub, wants, response, signal);
    for (const end of endings) end();
    response.end();
  });
}

/** Writes events until the request ends or too much waits; the client then connects again and goes on where it was. */
function follow(
  hub: EventHub,
  wants: (event: HubEvent) => boolean,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let heartbeat = setTimeout(beat, HEARTBEAT);
    const end = (): void => {
      clearTimeout(heartbeat);
      stop();
      resolve();
    };
    const stop = hub.listen((event) => {
      if (!wants(event)) return;
      if (response.writableLength > MAXIMUM_WAITING) {
        response.destroy();
        return end();
      }
      response.write(event.text);
      clearTimeout(heartbeat);
      heartbeat = setTimeout(beat, HEARTBEAT);
    });
    function beat(): void {
      response.write(message('heartbeat', { time: new Date().toISOString() }, null));
      heartbeat = setTimeout(beat, HEARTBEAT);
    }
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function message(type: string, data: unknown, id: string | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${formatJson(data)}\n\n`;
}
