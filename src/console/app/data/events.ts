/** The stream of events of `/api/v2/events`: one connection at a time, given up when it is silent. */
import type { JsonRecord } from '../core/plant.js';
import { address, homeCluster } from './api.js';

const TYPES = [
  'cluster',
  'workers',
  'instances',
  'permanent',
  'statistics',
  'worker_figures',
  'config',
  'task',
  'heartbeat',
] as const;

/** Milliseconds; the server says something at least every 10 s. */
const SILENCE_LIMIT = 14_000;
const OPEN_LIMIT = 4000;

type Listener = (type: string, data: JsonRecord) => void;

const listeners = new Set<Listener>();

/** Called with every event from now on; the returned function ends that. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export class EventStream {
  readonly #take: Listener;

  constructor(take: Listener) {
    this.#take = take;
  }

  /**
   * Resolves when the stream ended in order and may be opened again at once, rejects when it failed.
   * @param from id of the event after which to go on
   */
  open(from: string, opened: () => void): Promise<void> {
    const url = address(homeCluster(), `/api/v2/events?last_event_id=${encodeURIComponent(from)}`);
    const source = new EventSource(url);
    return new Promise<void>((resolve, reject) => {
      let timer = setTimeout(fail, OPEN_LIMIT, 'The event stream did not open.');
      const isHidden = (): void => {
        if (document.hidden) finish(resolve);
      };
      function finish(end: () => void): void {
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', isHidden);
        source.close();
        end();
      }
      function fail(text: string): void {
        finish(() => reject(new Error(text)));
      }
      const heard = (): void => {
        clearTimeout(timer);
        timer = setTimeout(fail, SILENCE_LIMIT, 'The event stream fell silent.');
      };
      document.addEventListener('visibilitychange', isHidden);
      source.addEventListener('hello', () => {
        heard();
        opened();
      });
      source.addEventListener('reset', () => finish(resolve));
      source.addEventListener('error', () => fail('The event stream was interrupted.'));
      for (const type of TYPES) {
        source.addEventListener(type, (event) => {
          heard();
          const data = JSON.parse((event as MessageEvent<string>).data) as JsonRecord;
          this.#take(type, data);
          for (const listener of listeners) listener(type, data);
        });
      }
    });
  }
}
