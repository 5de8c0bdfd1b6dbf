/**
 * A cluster of cameras in processes of its own, on three loopback addresses that stand for hosts: its servers can be killed,
 * stopped and started again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CamClient, ProxyClient } from '../../src/client/index.js';
import { formatJson, type JsonObject } from '../../src/common/json.js';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';
import { until } from '../support/until.js';
import type { Hosts } from './hosts.js';
import { SMALL_CAMERA } from './rig.js';

const PROGRAM = join(packageRoot, 'bin', 'camserver.js');
const LOOPBACK: Pick<Hosts, 'manager' | 'addresses' | 'prefix' | 'reach'> = {
  manager: '127.0.0.1',
  addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
  prefix: () => [],
  reach: async (_host, url) => url,
};

/** Inherited by all processes that servers of this test start. */
const FAMILY_MARK = 'CAMSERVER_TEST_FAMILY';
const FAMILY = randomUUID();

/** A server that may die and come back at the same address. */
export class TestProcess {
  readonly client: CamClient;
  private child: ChildProcess | null = null;
  output = '';

  constructor(
    readonly url: string,
    readonly folder: string,
    private readonly commandLine: readonly string[],
    /** What stands before the program, for example to start it on another host. */
    private readonly prefix: readonly string[] = [],
  ) {
    this.client = new CamClient(url, { info: 10_000, call: 30_000, start: 60_000 });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const [file, ...rest] = [...this.prefix, process.execPath, PROGRAM, ...this.commandLine];
    const env = { ...process.env, [FAMILY_MARK]: FAMILY };
    const child = spawn(file!, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        this.output = (this.output + text).slice(-20_000);
      });
    }
    this.child = child;
  }

  async answering(): Promise<void> {
    await until(() => {
      if (!this.isAlive) throw new Error(`${this.commandLine[0]} ended: ${this.output}`);
      return fetch(`${this.url}/health/live`, { signal: AbortSignal.timeout(2000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** Ends it for good. */
  async kill(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return;
    const ended = new Promise((resolve) => this.child!.once('exit', resolve));
    this.child!.kill('SIGCONT');
    this.child!.kill(name);
    await ended;
  }

  /** The records of its instances, asked of itself. */
  async instances(): Promise<Record<string, JsonObject>> {
    return (await this.client.info()).active_instances as Record<string, JsonObject>;
  }
}

export interface ProcessCluster {
  readonly manager: TestProcess;
  readonly workers: readonly TestProcess[];
  /** Under which addresses the manager knows the workers. */
  readonly pool: readonly string[];
  readonly client: CamClient;
  readonly proxy: ProxyClient;
  /** With the secret for workers that register themselves. */
  readonly secretFile: string;
  close(): Promise<void>;
}

/**
 * Starts a camera manager with three workers.
 * @param files configurations and control files besides `servers`
 * @param pool settings of a worker, by its number
 * @param hosts default: three loopback addresses
 */
export async function startProcessCluster(
  cameras: readonly string[],
  permanent: JsonObject,
  pool: (worker: number) => JsonObject = () => ({}),
  hosts: Pick<Hosts, 'manager' | 'addresses' | 'prefix' | 'reach'> = LOOPBACK,
): Promise<ProcessCluster> {
  const root = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const { from } = await freePortRange(64);
  const workers = hosts.addresses.map((address, index) => {
    const folder = join(root, `host-${index + 1}`);
    mkdirSync(folder);
    const ports = { server: from + 1 + index, streams: from + 4 + 20 * index };
    return new TestProcess(
      `http://${address}:${ports.server}`,
      folder,
      workerCommand(address, ports, folder),
      hosts.prefix(index),
    );
  });
  const known = await Promise.all(workers.map(({ url }, index) => hosts.reach(index, url)));
  const folder = join(root, 'cameras');
  mkdirSync(folder);
  const write = (name: string, content: JsonObject): void =>
    writeFileSync(join(folder, `${name}.json`), formatJson(content, 1));
  for (const name of cameras) write(name, { ...SMALL_CAMERA, name, no_client_timeout: 60 });
  write('permanent_instances', permanent);
  write('servers', Object.fromEntries(known.map((url, index) => [url, pool(index)])));
  const secretFile = join(root, 'secret');
  writeFileSync(secretFile, 'swordfish\n', { mode: 0o600 });
  const manager = new TestProcess(`http://${hosts.manager}:${from}`, folder, [
    'camera-manager',
    ...['--port', String(from), '--interface', hosts.manager, '--hostname', hosts.manager],
    ...['--base', folder],
    ...['--scripts_base', join(root, 'scripts'), '--background_base', join(root, 'backgrounds')],
    ...['--log_level', 'WARNING', '--secret-file', secretFile],
  ]);
  const all = [...workers, manager];
  const close = async (): Promise<void> => {
    await Promise.all(all.map((server) => server.kill('SIGTERM')));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    for (const worker of workers) worker.start();
    await Promise.all(workers.map((worker) => worker.answering()));
    // afterwards, as what has its place on a worker that is not there yet is started elsewhere
    manager.start();
    await manager.answering();
    const proxy = new ProxyClient(manager.url);
    const { client } = manager;
    const cluster = { manager, workers, pool: known, client, proxy, secretFile, close };
    for (const url of known) await isReachable(cluster, { url });
    return cluster;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The command line of a camera worker with 20 ports for streams. */
export function workerCommand(
  address: string,
  ports: { readonly server: number; readonly streams: number },
  folder: string,
): string[] {
  return [
    'camera-worker',
    ...['--port', String(ports.server), '--interface', address, '--hostname', address],
    ...['--port_range', `${ports.streams}:${ports.streams + 20}`, '--spares', '1'],
    ...['--scripts_base', join(folder, 'scripts'), '--background_base', join(folder, 'backgrounds')],
    ...['--log_level', 'WARNING'],
  ];
}

/** Waits until the manager has heard of a worker. */
export async function isReachable(
  { client }: ProcessCluster,
  { url }: Pick<TestProcess, 'url'>,
): Promise<void> {
  await until(async () => {
    const { servers } = await client.info();
    return (servers as Record<string, { state: string }>)[url]?.state === 'reachable';
  });
}

/** The workers that run an instance, asked one by one; those that do not answer do not count. */
export async function holdersOf(cluster: ProcessCluster, name: string): Promise<TestProcess[]> {
  const holders = await Promise.all(
    cluster.workers.map(async (worker) => {
      if (!worker.isAlive) return null;
      const instances = await worker.instances().catch(() => ({}));
      return Object.hasOwn(instances, name) ? worker : null;
    }),
  );
  return holders.filter((worker) => worker !== null);
}

/** Numbers of processes that servers of this test have started and that none of the given servers knows as its child. */
export function orphans(servers: readonly TestProcess[]): number[] {
  const family = readdirSync('/proc').flatMap((entry) => {
    const parent = /^\d+$/.test(entry) ? parentInFamily(entry) : null;
    return parent === null ? [] : [{ pid: Number(entry), parent }];
  });
  const known = new Set([...servers.map(({ pid }) => pid), ...family.map(({ pid }) => pid)]);
  const roots = new Set(servers.map(({ pid }) => pid));
  return family.filter(({ pid, parent }) => !roots.has(pid) && !known.has(parent)).map(({ pid }) => pid);
}

/** The parent of a living process of this test; null for others. */
function parentInFamily(pid: string): number | null {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${FAMILY_MARK}=${FAMILY}`)) return null;
    return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // it has ended meanwhile
    return null;
  }
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Process number of a running instance, known a moment after its start. */
export async function pidOf(worker: TestProcess, name: string): Promise<number> {
  return until(async () => {
    const { statistics } = (await worker.instances())[name] ?? {};
    return Number((statistics as JsonObject | undefined)?.pid ?? 0);
  });
}
