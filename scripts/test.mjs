// `npm test`: prepares the checkout, runs every check and every suite, and sums them up in one line.
// Arguments are passed to mocha instead of the whole run: `npm test -- dist/test/common/json.test.js`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const temporary = mkdtempSync(join(tmpdir(), 'camserver-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

function run(command, args, environment = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } };
  return spawnSync(command, args, options).status ?? 1;
}

/** A check counts as one test. */
function check(title, command, args) {
  console.log(`\n== ${title}`);
  if (run(command, args) === 0) totals.passed += 1;
  else {
    totals.failed += 1;
    console.log(`FAILED: ${title}`);
  }
}

function mocha(title, args, environment = {}) {
  console.log(`\n== ${title}`);
  const file = join(temporary, `${title.replaceAll(/\W+/g, '-')}.json`);
  const reporter = ['--reporter', join(root, 'scripts', 'mocha-reporter.cjs')];
  const status = run(bin('mocha'), [...reporter, '--exit', ...args], {
    ...environment,
    MOCHA_TOTALS_FILE: file,
  });
  try {
    const { passes, failures, pending } = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += passes;
    totals.failed += failures;
    totals.skipped += pending;
    if (status !== 0 && failures === 0) totals.failed += 1;
  } catch {
    console.log(`FAILED: ${title} ended without a result (exit code ${status})`);
    totals.failed += 1;
  }
}

if (run(process.execPath, [join(root, 'scripts', 'setup.mjs'), '--test']) !== 0) {
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

const selection = process.argv.slice(2);
if (selection.length > 0) {
  mocha('selected tests', selection);
} else {
  check('lint, format and layers', bin('biome'), ['ci', '.']);
  check('licences of dependencies', process.execPath, [join(root, 'scripts', 'check-licences.mjs')]);
  check('known holes in dependencies', process.execPath, [join(root, 'scripts', 'audit.mjs')]);
  const make = ['--no-print-directory', '-s', '-j', '2', '-C', 'native/test'];
  check('kernels under sanitizers', 'make', [...make, 'check']);
  check('kernels for arm64', 'make', [...make, 'arm64']);
  // the golden vectors again, with the TypeScript twins as the default
  const numbers = {
    bsread: ['message', 'values', 'vectors'],
    camera: ['geometry', 'transform'],
    processing: [
      ...['fit-quality', 'function-kinds', 'function-vectors', 'functions', 'picture', 'plan'],
      ...['preparation', 'slices', 'vectors'],
    ],
  };
  const files = Object.entries(numbers).flatMap(([room, names]) =>
    names.map((name) => `dist/test/${room}/${name}.test.js`),
  );
  mocha('numbers and wire without the addon', files, { CAMSERVER_NO_ADDON: '1' });
  // a browser and its cluster need both cores of a small machine
  const browser = 'dist/test/console/browser/**/*.test.js';
  const parallel = ['--parallel', '--jobs', '2', '--ignore', browser];
  mocha('unit and integration tests', [...parallel, 'dist/test/**/*.test.js']);
  mocha('console in a browser', [browser]);
}

rmSync(temporary, { recursive: true, force: true });
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);
