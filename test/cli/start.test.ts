import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Subscriber } from 'zeromq';
import { PipelineClient } from '../../src/client/index.js';
import type { JsonObject } from '../../src/common/json.js';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';
import { isAlive } from '../support/processes.js';
import { type Cluster, program, startCluster } from './started-cluster.js';

/** Process ids of all instances of both servers. */
async function instancePids(cluster: Cluster): Promise<number[]> {
  const records = [await cluster.camera.info(), await cluster.pipeline.info()].flatMap((info) =>
    Object.values(info.active_instances as JsonObject),
  );
  return records.map((record) => Number(((record as JsonObject).statistics as JsonObject).pid));
}

/** The child of a process that serves a port. */
function serverOfPort(parent: number, port: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  const child = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${port}\0`));
  return Number(child);
}

/** One message as a program without our library sees it: the parts of the wire. */
async function receiveParts(address: string): Promise<Map<string, Buffer>> {
  const socket = new Subscriber({ receiveTimeout: 100_000, linger: 0 });
  socket.connect(address);
  socket.subscribe();
  const [, dataHeader, ...parts] = await socket.receive();
  socket.close();
  const { channels } = JSON.parse(String(dataHeader)) as { channels: { name: string }[] };
  return new Map(channels.map(({ name }, index) => [name, parts[2 * index]!]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('camserver start', () => {
  const data = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  after(() => rmSync(data, { recursive: true, force: true }));

  it('brings up managers and workers, whose streams are right, and ends without leaving anything', async () => {
    const before = filesBelow(join(packageRoot, 'config')).map((path) => readFileSync(path, 'utf8'));
    const cluster = await startCluster(data);
    try {
      expect(cluster.output()).to.contain('watch simulation_sp').and.to.contain('curl http://');
      const address = await cluster.pipeline.stream('simulation_sp');
      const channels = await receiveParts(address);
      const image = channels.get('image')!;
      const pixels = new Uint16Array(
        image.buffer.slice(image.byteOffset, image.byteOffset + image.byteLength),
      );
      expect(pixels).to.have.lengthOf(1280 * 960);
      expect(channels.get('intensity')!.readBigInt64LE()).to.equal(
        pixels.reduce((sum, pixel) => sum + BigInt(pixel), 0n),
      );
      expect(channels.get('width')!.readBigInt64LE()).to.equal(1280n);
      const profile = Array.from({ length: 1280 }, (_, x) => {
        let sum = 0n;
        for (let y = 0; y < 960; y++) sum += BigInt(pixels[y * 1280 + x]!);
        return sum;
      });
      const published = channels.get('x_profile')!;
      expect(profile.every((sum, x) => published.readBigInt64LE(8 * x) === sum)).to.equal(true);

      // the permanent camera and pipeline of the samples, and the one asked for
      let pids = await instancePids(cluster);
      while (pids.length < 3) {
        await delay(50);
        pids = await instancePids(cluster);
      }
      cluster.process.kill('SIGTERM');
      expect(await cluster.ended).to.equal(0);
      expect(pids.filter(isAlive)).to.deep.equal([]);
      expect(filesBelow(join(packageRoot, 'config')).map((path) => readFileSync(path, 'utf8'))).to.deep.equal(
        before,
      );
    } finally {
      cluster.process.kill('SIGKILL');
    }
  });

  it('starts a server again that is killed, and what was permanent on it', async () => {
    const cluster = await startCluster(data);
    try {
      const permanent = async (): Promise<JsonObject | undefined> =>
        ((await cluster.pipeline.info()).active_instances as Record<string, JsonObject>).simulation_monitor;
      let before = await permanent();
      while (before === undefined) {
        await delay(50);
        before = await permanent();
      }
      const port = new URL(String(before.host)).port;
      process.kill(serverOfPort(cluster.process.pid!, port), 'SIGKILL');
      while ((await permanent())?.stream_address === before.stream_address) await delay(50);
      while ((await permanent()) === undefined) await delay(50);
      const worker = new PipelineClient(`http://127.0.0.1:${port}`);
      while ((await worker.version().catch(() => null)) === null) await delay(50);
      expect(cluster.output()).to.match(/The pipeline worker \d was ended by SIGKILL; it is started again/);
    } finally {
      cluster.process.kill('SIGTERM');
      expect(await cluster.ended).to.equal(0);
    }
  });

  it('keeps what was changed in the working copy', async () => {
    writeFileSync(join(data, 'pipeline_config', 'mine.json'), '{"camera_name": "simulation"}');
    rmSync(join(data, 'pipeline_config', 'simulation_store.json'), { force: true });
    const cluster = await startCluster(data);
    try {
      expect(await cluster.pipeline.pipelines())
        .to.include('mine')
        .and.not.to.include('simulation_store');
    } finally {
      cluster.process.kill('SIGTERM');
      expect(await cluster.ended).to.equal(0);
    }
  });

  it('leaves nothing behind when it is killed', async () => {
    const cluster = await startCluster(data);
    await cluster.pipeline.stream('simulation_sp');
    const pids = await instancePids(cluster);
    cluster.process.kill('SIGKILL');
    await cluster.ended;
    while (pids.some(isAlive)) await delay(50);
    for (const client of [cluster.camera, cluster.pipeline]) {
      while (
        await client.version().then(
          () => true,
          () => false,
        )
      )
        await delay(50);
    }
  });

  it('says which port is taken', async () => {
    const { from } = await freePortRange(2);
    const other = createServer();
    await new Promise<void>((done) => other.listen(from, '127.0.0.1', done));
    const child = spawn(process.execPath, [program, 'start', '--camera-port', String(from), '--data', data]);
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    const code = await new Promise((done) => child.on('close', done));
    other.close();
    expect(code).to.equal(1);
    expect(errors).to.equal(
      `Port ${from} of 127.0.0.1 cannot be used: another program uses it. Stop that program, or choose another port with --camera-port.\n`,
    );
  });
});
