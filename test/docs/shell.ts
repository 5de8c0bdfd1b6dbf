/** Types commands of the documentation into bash, in a folder that looks like a checkout, beside a simulated cluster. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/common/package.js';
import { type Cluster, startCluster } from '../cli/started-cluster.js';

/** What a user has besides the pages: more terminals, for what has no end. */
const PRELUDE = `
children=()
# starts a program that goes on, and waits until it has said what is expected
lasting() {
  local expected="$1" log
  shift
  log=$(mktemp -p .)
  "$@" > "$log" 2>&1 &
  children+=($!)
  until grep -q "$expected" "$log"; do
    kill -0 $! 2> /dev/null || { cat "$log"; return 1; }
    sleep 0.1
  done
}
finish() {
  for child in "\${children[@]}"; do kill "$child" && wait "$child"; done 2> /dev/null || true
}
trap finish EXIT
`;

const CHECKOUT = [
  ...['bin', 'build', 'config', 'dist', 'native', 'python'],
  ...['node_modules', 'package.json'],
];

export interface Shell {
  readonly cluster: Cluster;
  /** The folder in which is typed. */
  readonly folder: string;
  /** Types the commands, on the ports of this cluster; gives what was shown. @throws Error when one of them fails */
  type(commands: string): Promise<string>;
  close(): Promise<void>;
}

export async function openShell(): Promise<Shell> {
  const base = mkdtempSync(join(tmpdir(), 'camserver-docs-'));
  const folder = join(base, 'checkout');
  mkdirSync(folder);
  for (const name of CHECKOUT) symlinkSync(join(packageRoot, name), join(folder, name));
  const commands = join(base, 'commands');
  mkdirSync(commands);
  const program = join(packageRoot, 'bin', 'camserver.js');
  writeFileSync(join(commands, 'camserver'), `#!/bin/sh\nexec node '${program}' "$@"\n`, { mode: 0o755 });
  const cluster = await startCluster(join(base, 'data'));
  return {
    cluster,
    folder,
    type: (text) =>
      type(onPorts(text, cluster), folder, {
        ...process.env,
        CAMSERVER_URL: cluster.pipeline.address,
        // Debian's Python comes first, as on a user's machine
        PATH: `${commands}:/usr/bin:${process.env.PATH}`,
      }),
    close: async () => {
      cluster.process.kill('SIGTERM');
      await cluster.ended;
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The addresses that the pages name are those of this cluster. */
function onPorts(commands: string, { pipeline, camera }: Cluster): string {
  return commands
    .replaceAll('http://localhost:8889', pipeline.address)
    .replaceAll('http://localhost:8888', camera.address);
}

function type(commands: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', PRELUDE + commands], { cwd: folder, env });
  let shown = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (shown += text));
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(shown) : reject(new Error(`ended with ${code}: ${commands}\n${shown}`)),
    );
  });
}
