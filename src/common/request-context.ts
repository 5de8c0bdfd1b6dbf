/**
 * The request that is being served, for code far below its route: the store that notes who changed a configuration, the client
 * that passes the request id on. Handing it through every signature would put HTTP into rooms that know nothing of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What a request has changed; the audit log shows it. */
export interface ChangeNote {
  /** `config.save`, `instance.start`; default: the action of the route. */
  readonly action?: string;
  /** Name of what was changed; default: from the path. */
  readonly target?: string;
  /** Tags of the document before and after; null when there was or is none. */
  readonly before?: string | null;
  readonly after?: string | null;
  readonly details?: string;
}

export interface RequestContext {
  readonly id: string;
  /** Who asks; null when that is not known. */
  readonly actor: string | null;
  readonly notes: ChangeNote[];
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInRequest<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** Null outside a request, for example in timers. */
export function currentRequest(): RequestContext | null {
  return storage.getStore() ?? null;
}

/** Nothing happens outside a request. */
export function noteChange(note: ChangeNote): void {
  currentRequest()?.notes.push(note);
}
