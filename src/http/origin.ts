import type { RouteRequest } from './route.js';

/** Where a request comes from; managers place instances near it. */
export interface RequestOrigin {
  /** Address of the client, as far as trusted hops tell it; null outside a request. */
  readonly address: string | null;
}

export function originOf({ identity }: Pick<RouteRequest, 'identity'>): RequestOrigin {
  return { address: identity.address };
}
