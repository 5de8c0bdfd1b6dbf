// Checks that every installed package is under a licence that may be combined with ours (GPL-3.0-or-later).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'Artistic-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

function packagesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('@')) return packagesBelow(path);
      return [
        ...(existsSync(join(path, 'package.json')) ? [path] : []),
        ...packagesBelow(join(path, 'node_modules')),
      ];
    });
}

/** One side of an OR must be accepted, both sides of an AND. */
function isAccepted(expression) {
  const text = expression.replaceAll(/[()]/g, ' ').trim();
  if (/ OR /.test(text)) return text.split(/ OR /).some(isAccepted);
  if (/ AND /.test(text)) return text.split(/ AND /).every(isAccepted);
  return accepted.has(text.trim());
}

let refused = 0;
const packages = packagesBelow(modules);
for (const path of packages) {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  if (name === undefined || version === undefined) continue;
  const text = typeof license === 'string' ? license : (license?.type ?? 'none given');
  if (!isAccepted(text)) {
    refused += 1;
    console.error(`${name}@${version}: licence "${text}" is not on the list in scripts/check-licences.mjs`);
  }
}
console.log(`${packages.length} packages checked, ${refused} refused`);
process.exit(refused === 0 ? 0 : 1);
