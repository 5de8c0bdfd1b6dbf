/** Orders for several servers that shall hold the same, as a proxy gives them to the servers behind it. */
import type { InstanceClient, PipelineClient } from '../client/index.js';
import { CamServerError } from '../common/errors.js';
import type { CodeManagement } from '../storage/index.js';
import type { Pool } from './pool.js';

/** The first server in pool order that can be reached. @throws CamServerError `No available server` */
export function firstServer<Client extends InstanceClient>(pool: Pool<Client>): Client {
  const watch = pool.watches().find((candidate) => candidate.reachability !== 'unreachable');
  if (watch === undefined) throw new CamServerError('NO_SERVER', 'No available server');
  return watch.client;
}

/** The scripts of servers that share a folder. Compiled ones travel in base64. */
export function serverScripts(pool: Pool<InstanceClient>): CodeManagement {
  return {
    names: () => firstServer(pool).scripts(),
    read: async (name) => {
      const text = await firstServer(pool).script(name);
      return { name, content: Buffer.from(text, name.endsWith('.so') ? 'base64' : 'utf8') };
    },
    store: (name, content) => orderAll(pool, (client) => client.storeScript(name, content)),
    delete: (name) => orderAll(pool, (client) => client.deleteScript(name)),
  };
}

/** The libraries of servers that share a folder. */
export function serverLibraries(pool: Pool<PipelineClient>): CodeManagement {
  return {
    names: () => firstServer(pool).libraries(),
    read: async (name) => ({ name, content: await firstServer(pool).library(name) }),
    store: (name, content) => orderAll(pool, (client) => client.storeLibrary(name, content)),
    delete: (name) => orderAll(pool, (client) => client.deleteLibrary(name)),
  };
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
