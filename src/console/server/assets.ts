/** The built files of the console in memory, each also compressed; the whole application is smaller than one image. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  /** Null when compression gains nothing. */
  readonly compressed: Buffer | null;
  /** Its name holds a hash of its content, so that it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=UTF-8',
  '.js': 'text/javascript; charset=UTF-8',
  '.css': 'text/css; charset=UTF-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

const FOLDER = fileURLToPath(new URL('../assets', import.meta.url));

/** By path below `/ui/`; empty when the console was not built. */
export function readAssets(folder: string = FOLDER): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  if (!existsSync(folder)) return assets;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).replaceAll('\\', '/');
    const plain = readFileSync(path);
    const compressed = gzipSync(plain);
    assets.set(name, {
      type: TYPES[extname(name)] ?? 'application/octet-stream',
      plain,
      compressed: compressed.byteLength < plain.byteLength ? compressed : null,
      immutable: name.startsWith('assets/'),
    });
  }
  return assets;
}
