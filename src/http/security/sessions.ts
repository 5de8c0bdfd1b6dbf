/** Log-ins of browsers: in memory, so that a restart ends them, and bounded in number and time. */
import { createHash, randomBytes } from 'node:crypto';

export interface Session {
  readonly user: string;
  /** Must come back in the header `X-CSRF-Token` of requests that change something. */
  readonly csrfToken: string;
  /** Stored hash of the password that opened it: another password ends it. */
  readonly passwordHash: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  lastUsed: number;
  /** Milliseconds since 1970 until which the user has the larger role; null: not. */
  elevatedUntil: number | null;
}

const MAXIMUM_SESSIONS = 1000;

export class Sessions {
  /** By the hash of the id, so that a look into memory gives nobody a session. */
  private readonly sessions = new Map<string, Session>();

  /** @returns the id for the cookie */
  open(
    user: string,
    passwordHash: string,
    lifetime: number,
    now = Date.now(),
  ): { id: string; session: Session } {
    const id = randomBytes(32).toString('base64url');
    const csrfToken = randomBytes(24).toString('base64url');
    const session: Session = {
      ...{ user, csrfToken, passwordHash, endsAt: now + lifetime },
      ...{ lastUsed: now, elevatedUntil: null },
    };
    this.sessions.set(keyOf(id), session);
    if (this.sessions.size > MAXIMUM_SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
    return { id, session };
  }

  /** The session if it has not ended; using it keeps it alive. */
  use(id: string, idle: number, now = Date.now()): Session | null {
    const key = keyOf(id);
    const session = this.sessions.get(key);
    if (session === undefined) return null;
    if (now > session.endsAt || now > session.lastUsed + idle) {
      this.sessions.delete(key);
      return null;
    }
    session.lastUsed = now;
    return session;
  }

  close(id: string): void {
    this.sessions.delete(keyOf(id));
  }
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
