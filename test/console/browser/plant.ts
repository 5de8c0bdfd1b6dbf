/** The test plant of the console: two managers, three workers, users, all as real processes that come back when they end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../../src/common/package.js';
import { hashPassword, hashToken, newToken } from '../../../src/http/security/password.js';
import { freePortRange } from '../../support/ports.js';
import { smallArray } from './npy.js';

const PROGRAM = join(packageRoot, 'bin', 'camserver.js');
export const PASSWORD = 'correct horse battery';

export interface Plant {
  /** Of the pipeline manager, which serves the console. */
  readonly url: string;
  readonly cameraUrl: string;
  /** Names of the workers, `host:port`. */
  readonly w1: string;
  readonly w2: string;
  readonly c1: string;
  readonly folder: string;
  /** Ends the process of a worker; it does not come back before `revive`. */
  kill(worker: string): Promise<void>;
  revive(worker: string): Promise<void>;
  close(): Promise<void>;
}

const CAMERA = {
  source: 'simulation',
  source_type: 'simulation',
  frame_rate: 10,
  size_x: 640,
  size_y: 480,
  camera_calibration: {
    reference_marker: [270, 190, 370, 290],
    reference_marker_width: 1000,
    reference_marker_height: 1000,
    angle_horizontal: 0,
    angle_vertical: 0,
  },
};

const PIPELINES = {
  simulation_sp: { camera_name: 'simulation', no_client_timeout: 0 },
  simulation_slices: {
    camera_name: 'simulation',
    no_client_timeout: 0,
    image_good_region: { threshold: 0.3, gfscale: 1.8 },
    image_slices: { number_of_slices: 5, scale: 2, orientation: 'horizontal' },
  },
  sim_push: {
    camera_name: 'simulation',
    mode: 'PUSH',
    queue_size: 100,
    no_client_timeout: 0,
    include: ['intensity', 'x_fit_mean', 'image'],
  },
  sim_bad: {
    camera_name: 'simulation',
    no_client_timeout: 0,
    image_background_enable: true,
    image_background: 'simulation_bad',
  },
  sim_fails: {
    camera_name: 'simulation',
    no_client_timeout: 0,
    function: 'fails.mjs',
    abort_on_error: false,
  },
  sim_store: { pipeline_type: 'store', camera_name: 'simulation', modulo: 5, no_client_timeout: 0 },
  sim_other: { camera_name: 'simulation', no_client_timeout: 0 },
};

class Role {
  #child: ChildProcess | null = null;
  #wanted = true;
  #ended: Promise<void> = Promise.resolve();

  constructor(
    readonly url: string,
    readonly probe: string,
    private readonly arguments_: readonly string[],
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.#start();
  }

  #start(): void {
    const child = spawn(process.execPath, [PROGRAM, ...this.arguments_], {
      env: this.environment,
      stdio: [
        'ignore',
        'ignore',
        process.env.CONSOLE_TEST_OUTPUT === undefined ? 'ignore' : 'inherit',
        'ipc',
      ],
    });
    this.#child = child;
    this.#ended = new Promise((done) =>
      child.once('exit', () => {
        done();
        if (this.#wanted) setTimeout(() => this.#start(), 300);
      }),
    );
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#wanted = false;
    if (this.#child?.exitCode === null) this.#child.kill(signal);
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), 20_000);
    await this.#ended;
    clearTimeout(killer);
  }

  async restart(): Promise<void> {
    this.#wanted = true;
    this.#start();
    await this.answering();
  }

  async answering(): Promise<void> {
    for (let round = 0; round < 600; round += 1) {
      try {
        if ((await fetch(this.url + this.probe, { signal: AbortSignal.timeout(2000) })).ok) return;
      } catch {
        // not listening yet
      }
      await delay(100);
    }
    throw new Error(`${this.url} does not answer`);
  }
}

export async function startPlant(): Promise<Plant> {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-console-'));
  const { from } = await freePortRange(65);
  const [cameraUrl, url, c1, w1, w2] = [0, 1, 2, 3, 4].map(
    (offset) => `http://127.0.0.1:${from + offset}`,
  ) as [string, string, string, string, string];
  writeConfigurations(folder);
  const environment = { ...process.env, ...(await writeSecurity(folder)) };
  const common = (role: string, address: string): string[] => [
    role,
    ...['--port', new URL(address).port, '--interface', '127.0.0.1', '--hostname', '127.0.0.1'],
    ...['--log_level', 'WARNING', '--state', join(folder, 'state', `${role}-${new URL(address).port}`)],
  ];
  const folders = (name: string): string[] => {
    const [scripts, backgrounds] = [
      join(folder, name, 'user_scripts'),
      join(folder, name, 'background_config'),
    ];
    for (const path of [scripts, backgrounds]) mkdirSync(path, { recursive: true });
    return ['--scripts_base', scripts, '--background_base', backgrounds];
  };
  const ports = (offset: number): string[] => ['--port_range', `${from + offset}:${from + offset + 20}`];
  const camera = ['--cam_server', cameraUrl];
  const version = (family: string): string => `/api/v1/${family}/version`;
  const workers = new Map([
    [
      c1,
      new Role(
        c1,
        version('cam'),
        [...common('camera-worker', c1), ...ports(5), ...folders('c1')],
        environment,
      ),
    ],
    [
      w1,
      new Role(
        w1,
        version('pipeline'),
        [...common('pipeline-worker', w1), ...ports(25), ...folders('w1'), ...camera],
        environment,
      ),
    ],
    [
      w2,
      new Role(
        w2,
        version('pipeline'),
        [...common('pipeline-worker', w2), ...ports(45), ...folders('w2'), ...camera],
        environment,
      ),
    ],
  ]);
  const manager = (role: string, address: string, servers: string, base: string): string[] => [
    ...common(role, address),
    ...['--servers', servers, '--base', join(folder, base)],
    ...[
      '--background_base',
      join(folder, 'background_config'),
      '--scripts_base',
      join(folder, 'user_scripts'),
    ],
    ...['--environment', 'test', '--site-name', 'Test plant'],
  ];
  const cameraManager = manager(
    'camera-manager',
    cameraUrl,
    poolFile(folder, 'cameras', [c1]),
    'camera_config',
  );
  const pipelineManager = manager(
    'pipeline-manager',
    url,
    poolFile(folder, 'pipelines', [w1, w2]),
    'pipeline_config',
  );
  const roles = [
    ...workers.values(),
    new Role(cameraUrl, version('cam'), cameraManager, environment),
    new Role(
      url,
      version('pipeline'),
      [...pipelineManager, ...camera, '--data-buffer', 'simulated'],
      environment,
    ),
  ];
  const close = async (): Promise<void> => {
    await Promise.all(roles.map((role) => role.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(roles.map((role) => role.answering()));
  } catch (error) {
    await close();
    throw error;
  }
  const name = (address: string): string => address.replace('http://', '');
  const roleOf = (worker: string): Role => workers.get(`http://${worker}`)!;
  return {
    url,
    cameraUrl,
    w1: name(w1),
    w2: name(w2),
    c1: name(c1),
    folder,
    kill: (worker) => roleOf(worker).stop('SIGKILL'),
    revive: (worker) => roleOf(worker).restart(),
    close,
  };
}

/** A file, so that the placement can be edited. */
function poolFile(folder: string, cluster: string, addresses: readonly string[]): string {
  const path = join(folder, `${cluster}-servers.json`);
  const pool = Object.fromEntries(addresses.map((address) => [address, { enabled: true, expanding: true }]));
  writeFileSync(path, JSON.stringify(pool, null, 1));
  return path;
}

function writeConfigurations(folder: string): void {
  for (const name of ['camera_config', 'pipeline_config', 'background_config', 'user_scripts/lib']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const write = (path: string, document: object): void =>
    writeFileSync(join(folder, path), JSON.stringify(document, null, 1));
  write('camera_config/simulation.json', CAMERA);
  for (const [name, document] of Object.entries(PIPELINES)) write(`pipeline_config/${name}.json`, document);
  write('pipeline_config/permanent_instances.json', { sim_push: 'sim_push' });
  cpSync(
    join(packageRoot, 'config', 'user_scripts', 'image_python.py'),
    join(folder, 'user_scripts', 'image_python.py'),
  );
  writeFileSync(
    join(folder, 'user_scripts', 'fails.mjs'),
    "export function processImage() {\n  throw new Error('nothing to see');\n}\n",
  );
  writeFileSync(join(folder, 'background_config', 'simulation_bad.npy'), smallArray());
}

/** vera looks, otto operates, ada administers; old clients may do everything. */
async function writeSecurity(folder: string): Promise<Record<string, string>> {
  const password = await hashPassword(PASSWORD);
  const token = newToken();
  const rules = {
    legacy: { policy: 'open', role: 'admin' },
    anonymous: 'viewer',
    users: {
      vera: { role: 'viewer', password },
      otto: { role: 'operator', password },
      ada: { role: 'admin', password },
    },
    tokens: [{ name: 'servers', service: true, sha256: hashToken(token) }],
  };
  const security = join(folder, 'security.json');
  const tokenFile = join(folder, 'service-token');
  writeFileSync(security, JSON.stringify(rules), { mode: 0o600 });
  writeFileSync(tokenFile, token, { mode: 0o600 });
  return { CAMSERVER_SECURITY: security, CAMSERVER_SERVICE_TOKEN_FILE: tokenFile };
}
