/** Orders for several servers that shall hold the same, as a proxy gives them to the servers behind it. */
import type { InstanceClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import type { StoredFile } from '../storage/index.js';
import type { Pool } from './pool.js';

/** The first server in pool order that can be reached. @throws CamServerError `No available server` */
export function firstServer<Client extends InstanceClient>(pool: Pool<Client>): Client {
  const watch = pool.watches().find((candidate) => candidate.reachability !== 'unreachable');
  if (watch === undefined) throw new CamServerError('NO_SERVER', 'No available server');
  return watch.client;
}

/** A script as its server gives it: compiled ones travel in base64. */
export async function scriptOf(client: InstanceClient, name: string): Promise<StoredFile> {
  const text = await client.script(name);
  return { name, content: Buffer.from(text, name.endsWith('.so') ? 'base64' : 'utf8') };
}

/**
 * Orders something of every server that can be reached. Servers that share a folder may refuse what another one has done for
 * them, so it is enough that one succeeds.
 * @throws what the first server threw, when none succeeded
 */
export async function orderAll<Client extends InstanceClient>(
  pool: Pool<Client>,
  order: (client: Client) => Promise<void>,
): Promise<void> {
  const clients = pool
    .watches()
    .filter((watch) => watch.reachability !== 'unreachable')
    .map(({ client }) => client);
  const results = await Promise.allSettled(clients.map(order));
  if (results.some(({ status }) => status === 'fulfilled')) return;
  const [first] = results;
  throw first?.status === 'rejected' ? first.reason : new CamServerError('NO_SERVER', 'No available server');
}
