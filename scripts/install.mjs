// Runs after `npm install camserver`: the package brings the addon for Linux on x64; elsewhere, or when it does not load, it is
// built here. Without it CamServer runs on its slower TypeScript code, so nothing in here fails an installation.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/** Null when the addon works, else why it does not. */
function faultOfAddon() {
  try {
    require(join(root, 'build', 'Release', 'camserver.node'));
    return null;
  } catch (error) {
    return error.message;
  }
}

function build() {
  const gyp = join(dirname(require.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js');
  const { status, stderr } = spawnSync(process.execPath, [gyp, 'rebuild', '-j', 'max'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? faultOfAddon() : stderr.trim().split('\n').slice(-5).join('\n');
}

// a checkout is prepared by setup.mjs
const isCheckout = existsSync(join(root, 'tsconfig.json'));
if (!isCheckout && faultOfAddon() !== null) {
  const fault = build();
  if (fault !== null) {
    console.warn(`camserver: the native addon cannot be used; the slower TypeScript code serves instead.
${fault}
To build it, install g++, make, python3, liblz4-dev and libhdf5-dev, then run: npm rebuild camserver`);
  }
}
