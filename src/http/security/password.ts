/** Passwords and tokens as they are stored: never themselves. */
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost 2^15, 32 MiB, about 0.1 s: the recommendation of OWASP for scrypt with r = 8. */
const COST = 32_768;
const BLOCK_SIZE = 8;
const PARALLELISM = 3;
const KEY_BYTES = 32;
const MAXIMUM_MEMORY = 128 * 1024 * 1024;

/** `scrypt$32768$8$3$<salt>$<key>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, KEY_BYTES, { N: COST, r: BLOCK_SIZE, p: PARALLELISM });
  return [
    'scrypt',
    COST,
    BLOCK_SIZE,
    PARALLELISM,
    salt.toString('base64url'),
    key.toString('base64url'),
  ].join('$');
}

/** False also for a stored text that is no such hash. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const parts = parseHash(stored);
  if (parts === null) return false;
  const { cost, blockSize, parallelism, salt, key } = parts;
  const found = await derive(password, salt, key.length, { N: cost, r: blockSize, p: parallelism });
  return timingSafeEqual(found, key);
}

interface StoredHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Null when the text is no hash, or one that would take unreasonably long. */
export function parseHash(stored: string): StoredHash | null {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{8,})\$([\w-]{20,})$/.exec(stored);
  if (match === null) return null;
  const [cost, blockSize, parallelism] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (!Number.isInteger(Math.log2(cost)) || cost < 2 || 128 * cost * blockSize > MAXIMUM_MEMORY / 2)
    return null;
  if (blockSize < 1 || parallelism < 1) return null;
  const [salt, key] = [Buffer.from(match[4]!, 'base64url'), Buffer.from(match[5]!, 'base64url')];
  return { cost, blockSize, parallelism, salt, key };
}

/** A new token of 256 bits, as its owner gets it. */
export function newToken(): string {
  return `cs_${randomBytes(32).toString('base64url')}`;
}

/** A new password of 144 bits, for a user who has to be given one. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** What is stored of a token: it is random and long, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, { ...options, maxmem: MAXIMUM_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
