/** Workers that add themselves to the pool of a manager, with a secret that both know. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { CamServerError } from '../common/errors.js';
import type { Logger } from '../common/logging.js';
import { defineRoute, type Route } from '../http/index.js';
import { normaliseAddress } from './pool-configuration.js';
import type { PoolSettings } from './pool-settings.js';

export const REGISTRATION_PATH = '/api/v1/proxy/registrations';

/** @param secret null: registrations are refused */
export function registrationRoutes(settings: PoolSettings, secret: string | null, log: Logger): Route[] {
  /** Addresses that registered since the start of this manager. */
  const registered = new Set<string>();
  return [
    defineRoute({
      method: 'POST',
      path: REGISTRATION_PATH,
      tag: 'pool',
      action: 'pool.register',
      // the secret is what gives the right
      role: 'none',
      summary: 'A worker adds itself to the pool; one that is there already stays as it is configured',
      body: { kind: 'object', what: 'registration ({"address", "secret"})', required: true },
      response: { kind: 'envelope', payload: { added: { type: 'boolean' } } },
      handler: async ({ body, identity: { address: remoteAddress } }) => {
        if (secret === null) {
          throw refused('This manager takes no registrations: it was started without --secret-file.');
        }
        if (typeof body.secret !== 'string' || !isEqual(body.secret, secret)) {
          log.warning(`A registration from ${remoteAddress} was refused: wrong secret.`);
          throw refused('The secret is wrong.');
        }
        const address = normaliseAddress(withHost(String(body.address ?? ''), remoteAddress));
        const isKnown = settings.has(address);
        const wasRemoved = body.reminder === true && registered.has(address);
        registered.add(address);
        if (isKnown || wasRemoved) {
          const where = isKnown ? 'in the pool' : 'known, but an operator took it out of the pool';
          return { status: `Server ${address} is ${where}.`, added: false };
        }
        await settings.changeServer(address, { expanding: true });
        log.info(`Server ${address} registered itself.`);
        return { status: `Server ${address} is in the pool.`, added: true };
      },
    }),
  ];
}

/** A worker that listens everywhere may leave its host to the manager: `http://0.0.0.0:8881`. */
function withHost(address: string, peer: string): string {
  return address.replace(/^(https?:\/\/)0\.0\.0\.0(?=[:/]|$)/, `$1${isIP(peer) === 6 ? `[${peer}]` : peer}`);
}

function isEqual(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function refused(text: string): CamServerError {
  return new CamServerError('REGISTRATION_REFUSED', text);
}
