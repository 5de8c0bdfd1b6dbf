/** When who was here last, by the way they came. Memory is bounded: the one not seen for longest is forgotten. */
import type { Role } from '../roles.js';

/** `user`: with a password; `token`: also of servers. */
export type SeenKind = 'user' | 'token' | 'openid' | 'proxy';

export interface Seen {
  readonly kind: SeenKind;
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const LIMIT = 1000;

export class LastSeen {
  /** The one not seen for longest first. */
  private readonly seen = new Map<string, Seen>();

  note(seen: Seen): void {
    const key = keyOf(seen.kind, seen.name);
    this.seen.delete(key);
    this.seen.set(key, seen);
    if (this.seen.size > LIMIT) this.seen.delete(this.seen.keys().next().value!);
  }

  /** Null: never, or forgotten. */
  of(kind: SeenKind, name: string): Seen | null {
    return this.seen.get(keyOf(kind, name)) ?? null;
  }

  all(): Seen[] {
    return [...this.seen.values()];
  }
}

function keyOf(kind: SeenKind, name: string): string {
  return `${kind} ${name}`;
}
