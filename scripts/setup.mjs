// Prepares a checkout: system tools, locked dependencies, native addon, TypeScript. Uses nothing but Node itself, does only
// what changed since the last run, and says what it does. `--test` and `--bench` add what tests and benchmarks need.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.camserver-setup.json');
const forTests = process.argv.includes('--test');
const forBenchmarks = process.argv.includes('--bench');

const HAS_PYTHON_HEADERS = 'import sysconfig; open(sysconfig.get_paths()["include"] + "/Python.h")';

/** System packages by Debian name, with the probe that tells whether each is there already. */
const systemPackages = [
  { name: 'g++', present: () => hasCommand('g++'), needed: 'addon' },
  { name: 'make', present: () => hasCommand('make'), needed: 'addon' },
  { name: 'python3', present: () => hasCommand('python3'), needed: 'addon' },
  { name: 'liblz4-dev', present: () => existsSync('/usr/include/lz4.h'), needed: 'addon' },
  { name: 'libhdf5-dev', present: () => hasHdf5(), needed: 'hdf5' },
  ...(forTests || forBenchmarks
    ? [
        {
          name: 'g++-aarch64-linux-gnu',
          present: () => hasCommand('aarch64-linux-gnu-g++'),
          needed: 'tests',
        },
        { name: 'python3-numpy', present: () => hasPythonModule('numpy'), needed: 'tests' },
        { name: 'python3-dev', present: () => runsInPython(HAS_PYTHON_HEADERS), needed: 'tests' },
        { name: 'python3-pyepics', present: () => hasPythonModule('epics'), needed: 'tests' },
        { name: 'chromium', present: () => hasCommand('chromium'), needed: 'tests' },
        { name: 'python3-zmq', present: () => hasPythonModule('zmq'), needed: 'tests' },
        { name: 'python3-h5py', present: () => hasPythonModule('h5py'), needed: 'tests' },
        { name: 'bitshuffle', present: () => hasPythonModule('bitshuffle'), needed: 'tests' },
        { name: 'systemd', present: () => hasCommand('systemd-analyze'), needed: 'tests' },
        { name: 'ansible-core', present: () => hasCommand('ansible-playbook'), needed: 'tests' },
        { name: 'zsh', present: () => hasCommand('zsh'), needed: 'tests' },
        { name: 'yamllint', present: () => hasCommand('yamllint'), needed: 'tests' },
        { name: 'redis-server', present: () => hasCommand('redis-server'), needed: 'tests' },
      ]
    : []),
  ...(forBenchmarks
    ? [{ name: 'python3-scipy', present: () => hasPythonModule('scipy'), needed: 'benchmarks' }]
    : []),
];

function say(text) {
  console.log(`[setup] ${text}`);
}

function fail(text) {
  console.error(`[setup] ${text}`);
  process.exit(1);
}

function hasCommand(name) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** Debian's modules belong to Debian's interpreter, which need not be the first on the path. */
function runsInPython(program) {
  return existsSync('/usr/bin/python3') && spawnSync('/usr/bin/python3', ['-c', program]).status === 0;
}

function hasPythonModule(name) {
  return runsInPython(`import ${name}`);
}

/** The place where Debian puts the headers, which `binding.gyp` looks at too. */
function hasHdf5() {
  return existsSync('/usr/include/hdf5/serial/hdf5.h');
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command} could not be run: ${result.error.message}`);
  return result.status ?? 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old; CamServer needs 20.19 or newer (https://nodejs.org).`);
  }
}

/** Installs what is missing where that is our right (root on Debian, CI); else prints the command. Returns what is still missing. */
function provideSystemPackages() {
  const missing = systemPackages.filter((entry) => !entry.present());
  if (missing.length === 0) return [];
  const names = missing.map((entry) => entry.name);
  const mayInstall = hasCommand('apt-get') && (process.getuid?.() === 0 || process.env.CI === 'true');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (mayInstall) {
    say(`installing system packages: ${names.join(' ')}`);
    const [command, ...prefix] = [...sudo, 'apt-get'];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run(command, [...prefix, 'update', '-q'], { env, stdio: 'ignore' });
    run(command, [...prefix, 'install', '-y', '-q', '--no-install-recommends', ...names], { env });
  } else {
    say(`missing system packages. Install them with:\n    sudo apt-get install -y ${names.join(' ')}`);
  }
  return systemPackages.filter((entry) => !entry.present());
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(folder, entry.name)));
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of paths.flatMap((path) => filesBelow(join(root, path)))) {
    hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

/** Install scripts are not run: every native dependency brings its binary in the package. */
function installDependencies(stamp) {
  const dependencies = hashOf(['package-lock.json']);
  if (stamp.dependencies === dependencies) return;
  say('installing dependencies (npm ci)');
  const { builtFor } = stamp;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (run('npm', args) !== 0) fail('npm ci failed; the lines above say why.');
  writeStamp({ dependencies, builtFor });
}

/** Without the addon everything works, only slower; so a failure here is a warning. */
function buildAddon(missing) {
  const stamp = readStamp();
  const addon = hashOf(['native', 'binding.gyp']);
  const isBuilt = (name) => existsSync(join(root, 'build', 'Release', name));
  const names = ['camserver.node', 'camserver_kernels.node', ...(hasHdf5() ? ['camserver_hdf5.node'] : [])];
  const isComplete = names.every(isBuilt);
  if (stamp.addon === addon && isComplete) return;
  if (missing.some((entry) => entry.needed === 'addon')) {
    say('WARNING: the native addon cannot be built; CamServer will run on the slower TypeScript code.');
    return;
  }
  say('building the native addon');
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  // what was built for this Node is kept, so that only what changed is compiled again
  const isKept = existsSync(join(root, 'build', 'Makefile')) && stamp.builtFor === process.version;
  const commands = isKept ? [['configure'], ['build', '-j', 'max']] : [['rebuild', '-j', 'max']];
  let result;
  for (const command of commands) {
    const args = [gyp, ...command, ...headers];
    result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    if (result.status !== 0) break;
  }
  if (result.status === 0) {
    writeStamp({ ...stamp, addon, builtFor: process.version });
    return;
  }
  process.stderr.write(`${result.stdout}${result.stderr}`);
  rmSync(join(root, 'build', 'Release', 'camserver.node'), { force: true });
  if (process.env.CI === 'true') fail('the native addon could not be built.');
  say(
    'WARNING: the native addon could not be built (see above); CamServer will run on the slower TypeScript code.',
  );
}

function compile() {
  const stamp = readStamp();
  const sources = hashOf(['src', 'test', 'benchmarks', 'tsconfig.json', 'package-lock.json']);
  if (stamp.sources === sources && existsSync(join(root, 'dist', 'src'))) return;
  say('compiling TypeScript');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (run(process.execPath, [tsc, '-p', root]) !== 0) fail('TypeScript reported errors; see above.');
  writeStamp({ ...stamp, sources });
}

/** Type check and build of the browser application; type errors are errors of the build. */
function buildConsole() {
  const stamp = readStamp();
  const sources = hashOf(['src/console', 'package-lock.json']);
  const page = join(root, 'dist', 'src', 'console', 'assets', 'index.html');
  if (stamp.console === sources && existsSync(page)) return;
  say('building the console');
  const app = join(root, 'src', 'console', 'app');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (run(process.execPath, [tsc, '-p', app]) !== 0)
    fail('TypeScript reported errors in the console; see above.');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (run(process.execPath, [vite, 'build', '--config', join(app, 'vite.config.js')]) !== 0) {
    fail('the console could not be built; see above.');
  }
  writeStamp({ ...stamp, console: sources });
}

checkNode();
const missing = provideSystemPackages();
installDependencies(readStamp());
buildAddon(missing);
compile();
buildConsole();
if (!hasHdf5()) say('WARNING: without libhdf5-dev CamServer cannot read or write HDF5 files.');
if (missing.some((entry) => !['addon', 'hdf5'].includes(entry.needed))) {
  fail(`still missing: ${missing.map((entry) => entry.name).join(' ')}`);
}
