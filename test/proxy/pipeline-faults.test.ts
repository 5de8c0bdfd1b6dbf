/** Pipelines and their cameras as real processes of every kind, of which one after the other is killed or hangs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PipelineClient } from '../../src/client/index.js';
import { formatJson, type JsonObject } from '../../src/common/json.js';
import { freePortRange } from '../support/ports.js';
import { until } from '../support/until.js';
import { Listener } from './listener.js';
import { orphans, pidOf, TestProcess, workerCommand } from './process-rig.js';
import { SMALL_CAMERA } from './rig.js';

describe('proxy/faults around pipelines', () => {
  const root = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  let cameraManager: TestProcess;
  let cameraWorker: TestProcess;
  let manager: TestProcess;
  let workers: TestProcess[];
  let client: PipelineClient;

  before(async () => {
    const { from } = await freePortRange(80);
    const folder = (name: string): string => {
      mkdirSync(join(root, name), { recursive: true });
      return join(root, name);
    };
    const write = (name: string, files: Record<string, JsonObject>): string => {
      for (const [file, content] of Object.entries(files)) {
        writeFileSync(join(folder(name), `${file}.json`), formatJson(content, 1));
      }
      return join(root, name);
    };
    const stores = (name: string): string[] => [
      ...['--scripts_base', folder(`${name}/scripts`), '--background_base', folder(`${name}/backgrounds`)],
      ...['--log_level', 'WARNING'],
    ];
    const server = (command: string, port: number, host: string, more: string[]): TestProcess =>
      new TestProcess(`http://${host}:${port}`, folder(`${command}-${port}`), [
        ...[command, '--port', String(port), '--interface', host, '--hostname', host],
        ...[...stores(`${command}-${port}`), ...more],
      ]);
    const cameras = `http://127.0.0.1:${from}`;
    const ports = { server: from + 1, streams: from + 10 };
    cameraWorker = new TestProcess(
      `http://127.0.0.1:${ports.server}`,
      root,
      workerCommand('127.0.0.1', ports, folder('cameras')),
    );
    workers = [2, 3].map((host) =>
      server('pipeline-worker', from + host, `127.0.0.${host}`, [
        ...['--port_range', `${from + 20 * host}:${from + 20 * host + 10}`, '--cam_server', cameras],
        ...['--spares', '1'],
      ]),
    );
    const cameraFiles = { CAM: { ...SMALL_CAMERA, name: 'CAM' }, servers: { [cameraWorker.url]: {} } };
    cameraManager = server('camera-manager', from, '127.0.0.1', [
      ...['--base', write('camera_config', cameraFiles)],
    ]);
    const pipelineFiles = {
      KEPT: { name: 'KEPT', camera_name: 'CAM', camera_timeout: 2 },
      permanent_instances: { KEPT: 'KEPT' },
      servers: Object.fromEntries(workers.map(({ url }) => [url, {}])),
    };
    manager = server('pipeline-manager', from + 4, '127.0.0.1', [
      ...['--base', write('pipeline_config', pipelineFiles), '--cam_server', cameras],
    ]);
    client = new PipelineClient(manager.url, { info: 10_000, start: 60_000 });
    // each after those that it asks
    for (const one of [cameraWorker, cameraManager, ...workers, manager]) {
      one.start();
      await one.answering();
    }
  });

  after(async () => {
    const all = [manager, ...workers, cameraManager, cameraWorker];
    for (const one of all) await one.kill('SIGTERM');
    rmSync(root, { recursive: true, force: true });
  });

  const instancesOf = async ({ url }: TestProcess): Promise<Record<string, JsonObject>> =>
    (await new PipelineClient(url).info()).active_instances as Record<string, JsonObject>;
  const pidIn = (record: JsonObject | undefined): number =>
    Number((record?.statistics as JsonObject | undefined)?.pid ?? 0);

  /** The worker of the permanent pipeline, and the number of its process. */
  const holder = (): Promise<{ worker: TestProcess; pid: number }> =>
    until(async () => {
      for (const worker of workers) {
        const instances = worker.isAlive ? await instancesOf(worker).catch(() => null) : null;
        const pid = pidIn(instances?.KEPT);
        if (pid > 0) return { worker, pid };
      }
      return null;
    }) as Promise<{ worker: TestProcess; pid: number }>;

  async function listen(): Promise<Listener> {
    const listener = new Listener(await client.stream('KEPT'));
    await until(() => listener.received > 3);
    return listener;
  }

  const goesOn = async (listener: Listener): Promise<void> => {
    const { received } = listener;
    await until(() => listener.received > received + 5);
  };

  for (const [what, server] of [
    ['camera manager', () => cameraManager],
    ['pipeline manager', () => manager],
  ] as const) {
    it(`goes on without a gap while the ${what} hangs, is gone, and is started again`, async () => {
      const before = await holder();
      const listener = await listen();
      server().signal('SIGSTOP');
      await goesOn(listener);
      server().signal('SIGCONT');
      await server().kill();
      await goesOn(listener);
      server().start();
      await server().answering();
      await goesOn(listener);
      await listener.stop();
      expect(listener.gaps).to.deep.equal([]);
      expect((await holder()).pid).to.equal(before.pid);
      await until(async () => {
        const { active_instances: active } = await client.info();
        return Object.hasOwn(active as JsonObject, 'KEPT');
      });
    });
  }

  it('starts the pipeline anew when its process is killed', async () => {
    const before = await holder();
    process.kill(before.pid, 'SIGKILL');
    await until(async () => (await holder()).pid !== before.pid);
    await (await listen()).stop();
  });

  it('starts it on the other worker when its own is killed', async () => {
    const before = await holder();
    await before.worker.kill();
    expect((await holder()).worker).not.to.equal(before.worker);
    await (await listen()).stop();
    before.worker.start();
    await before.worker.answering();
  });

  it('asks for its camera again when the process of the camera is killed', async () => {
    const before = await holder();
    const listener = await listen();
    const camera = await pidOf(cameraWorker, 'CAM');
    process.kill(camera, 'SIGKILL');
    await until(async () => (await pidOf(cameraWorker, 'CAM')) !== camera);
    await goesOn(listener);
    await listener.stop();
    expect((await holder()).pid).to.equal(before.pid);
  });

  it('is there again when the worker of its camera was killed and comes back', async () => {
    await cameraWorker.kill();
    cameraWorker.start();
    await cameraWorker.answering();
    // it may have ended meanwhile for want of its camera; then it is started again
    await until(async () => {
      const listener = new Listener(await client.stream('KEPT').catch(() => 'tcp://127.0.0.1:1'));
      const end = Date.now() + 3000;
      await until(() => listener.received > 3 || Date.now() > end);
      await listener.stop();
      return listener.received > 3;
    });
    expect(orphans([manager, ...workers, cameraManager, cameraWorker])).to.deep.equal([]);
  });
});
