/**
 * One look-up in redis, over a connection of its own.
 */
import { CamServerError, errorText } from '../../common/errors.js';
import type { RedisSettings } from '../source-settings.js';

/** Milliseconds for connection and answer. */
const TIMEOUT = 3000;

/** The text under `key`, null when there is none. @throws CamServerError when redis cannot be asked */
export async function redisText(settings: RedisSettings, key: string): Promise<string | null> {
  const { host, port, database } = settings;
  // its 480 modules would otherwise be half of the start of every camera
  const { createClient } = await import('@redis/client');
  const client = createClient({
    socket: { host, port, connectTimeout: TIMEOUT, reconnectStrategy: false },
    database,
  });
  // failures of the connection also reject what waits for it
  client.on('error', () => {});
  try {
    return await withTimeout(async () => {
      await client.connect();
      return await client.get(key);
    });
  } catch (error) {
    const text = `Redis at ${host}:${port} cannot be asked for ${key}: ${errorText(error)}`;
    throw new CamServerError('REDIS_FAILED', text, { cause: error });
  } finally {
    client.destroy();
  }
}

async function withTimeout<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  const result = work();
  result.catch(() => {});
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
}
