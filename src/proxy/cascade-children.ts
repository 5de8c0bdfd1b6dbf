/**
 * Pipelines that were started because another one is to read from them. They wait for it longer than for other clients, so that
 * none ends before a slow one has connected; a while after it was started they end again as their configuration says.
 */
import type { PipelineClient } from '../client/index.js';
import type { JsonObject } from '../common/json.js';
import type { Cluster } from './cluster.js';

/** Seconds: as long as a start may take. */
const PATIENCE = 120;
/** Of configurations that do not say (`cluster.md` 11.4). */
const USUAL = 10;
/** Milliseconds that the reader has to connect after it was started. */
const GRACE = 10_000;

/** Seconds without client by child: what to go back to. */
export type WaitingChildren = Map<string, number>;

/** What to lay over the configuration of a child; nothing when it waits long enough anyway. */
export function waitingLonger(
  child: string,
  { no_client_timeout }: JsonObject,
  waiting: WaitingChildren,
): JsonObject {
  const own = typeof no_client_timeout === 'number' ? no_client_timeout : USUAL;
  if (own <= 0 || own >= PATIENCE) return {};
  waiting.set(child, own);
  return { no_client_timeout: PATIENCE };
}

/** Never throws: a child that cannot be told ends later. */
export function waitAsUsual(waiting: WaitingChildren, { pool }: Pick<Cluster<PipelineClient>, 'pool'>): void {
  if (waiting.size === 0) return;
  const timer = setTimeout(() => {
    for (const [child, own] of pool.isClosed ? [] : waiting) {
      const change = pool.locate(child)?.watch.client.changeInstanceConfig(child, { no_client_timeout: own });
      change?.catch(() => {});
    }
  }, GRACE);
  timer.unref();
}
