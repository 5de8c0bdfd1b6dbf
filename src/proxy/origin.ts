/**
 * The host a request comes from, because instances are placed near those who look at them. Name servers may be slow or away:
 * they get half a second, and every answer, also none, is remembered for a while.
 */
import { reverse } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Logger } from '../common/logging.js';
import { hostOf, isLoopback } from './placement.js';

const LOOKUP_TIMEOUT = 500;
const REMEMBERED = 5 * 60_000;
const MAXIMUM_REMEMBERED = 1000;

interface Lookup {
  readonly host: Promise<string | null>;
  readonly validUntil: number;
}

export class OriginResolver {
  private readonly lookups = new Map<string, Lookup>();

  constructor(
    private readonly log: Logger,
    private readonly lookUp: (address: string) => Promise<string[]> = reverse,
  ) {}

  /**
   * @param address of the peer, or a list as in `X-Forwarded-For`, whose first entry is the client
   * @param servers addresses of the pool; one that is the origin's own address needs no name
   * @returns null when the host cannot be told, which skips the rule
   */
  async hostOf(address: string | null, servers: readonly string[]): Promise<string | null> {
    const client = (address ?? '')
      .split(',')[0]!
      .trim()
      .replace(/^::ffff:/, '');
    if (client === '') return null;
    if (isLoopback(client) || servers.some((server) => hostOf(server) === client)) return client;
    if (isIP(client) === 0) return client;
    const known = this.lookups.get(client);
    if (known !== undefined && known.validUntil > Date.now()) return known.host;
    const host = this.resolve(client);
    this.lookups.set(client, { host, validUntil: Date.now() + REMEMBERED });
    if (this.lookups.size > MAXIMUM_REMEMBERED) this.lookups.delete(this.lookups.keys().next().value!);
    return host;
  }

  private async resolve(client: string): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), LOOKUP_TIMEOUT);
    });
    const names = await Promise.race([this.lookUp(client).catch(() => []), late]);
    clearTimeout(timer);
    if (names !== null && names.length > 0) return names[0]!;
    this.log.warning(`The name of ${client} cannot be found: its host does not count for placement.`);
    return null;
  }
}
