/** The roles of users, and who a request comes from. */

/** Each may do what the ones before it may; `none` may log in and ask whether the server lives. */
export const roles = ['none', 'viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Identity {
  /** Null: nobody in particular. */
  readonly user: string | null;
  readonly role: Role;
  readonly method: 'anonymous' | 'session' | 'token' | 'openid' | 'proxy' | 'service';
  /** Where the request comes from: the peer, or what a trusted hop says of it. */
  readonly address: string;
}

export function isRole(text: unknown): text is Role {
  return roles.includes(text as Role);
}

export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The largest of what the groups grant. @param smallest of one who is in none of them */
export function largestRole(
  groups: readonly string[],
  granted: ReadonlyMap<string, Role>,
  smallest: Role,
): Role {
  let role = smallest;
  for (const group of groups) {
    const found = granted.get(group);
    if (found !== undefined && includesRole(found, role)) role = found;
  }
  return role;
}
