// `npm run coverage`: runs the tests once more under V8 coverage and writes a report to coverage/ (text on the console, HTML files).
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

if (node('scripts/setup.mjs', '--test') !== 0) process.exit(1);
const selection = process.argv.slice(2);
process.exit(
  node(
    'node_modules/c8/bin/c8.js',
    ...['--src', 'src', '--include', 'dist/src/**', '--all', '--reporter', 'text', '--reporter', 'html'],
    'node_modules/mocha/bin/mocha.js',
    ...(selection.length > 0 ? selection : ['dist/test/**/*.test.js', '--exit']),
  ),
);
