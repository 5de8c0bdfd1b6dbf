import type { RouteRequest } from './route.js';

/** Where a request comes from; managers place instances near it. */
export interface RequestOrigin {
  /** Address of the peer, or what `X-Forwarded-For` says; null outside a request. */
  readonly address: string | null;
}

export function originOf({
  forwardedFor,
  remoteAddress,
}: Pick<RouteRequest, 'forwardedFor' | 'remoteAddress'>): RequestOrigin {
  return { address: forwardedFor ?? remoteAddress };
}
