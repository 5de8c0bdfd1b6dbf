import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type ReceivedMessage, Receiver } from '../../src/bsread/index.js';
import { packageRoot } from '../../src/common/package.js';

import { readWithH5py } from '../support/h5py.js';
import { freePort } from '../support/ports.js';
import { type Cluster, startCluster } from './started-cluster.js';

describe('sample pipelines of every type in the simulated cluster', () => {
  const data = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  const file = join(data, 'simulation.h5');
  let cluster: Cluster;

  before(async () => {
    // what the samples give a fixed place, other tests may need at the same time
    const folder = join(data, 'pipeline_config');
    cpSync(join(packageRoot, 'config', 'pipeline_config'), folder, { recursive: true });
    const port = await freePort();
    const fanin = { pipeline_type: 'fanin', input_stream: `tcp://localhost:${port}`, pid_buffer: 4 };
    writeFileSync(join(folder, 'simulation_fanin.json'), JSON.stringify(fanin));
    const recording = { camera_name: 'simulation', mode: 'FILE', file, records: 5, exclude: ['image'] };
    writeFileSync(join(folder, 'simulation_file.json'), JSON.stringify(recording));
    cluster = await startCluster(data);
  });

  after(async () => {
    cluster.process.kill('SIGTERM');
    await cluster.ended;
    rmSync(data, { recursive: true, force: true });
  });

  /** The first messages of a stored pipeline, which is started. */
  async function receive(
    name: string,
    count: number,
    mode: 'SUB' | 'PULL' = 'SUB',
  ): Promise<ReceivedMessage[]> {
    const address = await cluster.pipeline.stream(name);
    const receiver = new Receiver({ address, mode, receiveTimeout: 100_000 });
    await receiver.open();
    try {
      const messages: ReceivedMessage[] = [];
      while (messages.length < count) {
        const message = await receiver.receive();
        if (message === null) throw new Error(`${name} sends nothing`);
        messages.push(message);
      }
      return messages;
    } finally {
      receiver.close();
    }
  }

  const namesOf = ({ channels }: ReceivedMessage): string[] =>
    channels.map(({ definition }) => definition.name);
  const steps = (messages: readonly ReceivedMessage[]): bigint[] =>
    messages.slice(1).map(({ pulseId }, index) => pulseId - messages[index]!.pulseId);

  it('stream: the channels of another pipeline under new names', async () => {
    const [message] = await receive('simulation_stream', 1);
    expect(namesOf(message!)).to.include('SIM:intensity').and.not.to.include('SIM:image');
    const [merged] = await receive('simulation_merged', 1);
    expect(namesOf(merged!)).to.deep.equal(['intensity', 'x_fit_mean', 'y_fit_mean']);
  });

  it('custom: messages out of nothing', async () => {
    const messages = await receive('simulation_custom', 2);
    expect(namesOf(messages[0]!)).to.deep.equal(['scalar', 'waveform', 'image', 'str']);
    expect(steps(messages)).to.deep.equal([1n]);
  });

  it('store: every fifth image for the data buffer', async () => {
    const messages = await receive('simulation_store', 2, 'PULL');
    expect(namesOf(messages[0]!)).to.deep.equal(['simulation:FPICTURE']);
  });

  it('script: what a script in TypeScript sends', async () => {
    const messages = await receive('simulation_script', 2);
    expect(namesOf(messages[0]!)).to.deep.equal(['mean', 'change']);
  });

  it('fanout, processing, fanin: a worker that connects to both by their names', async () => {
    await cluster.pipeline.stream('simulation_worker');
    const [message] = await receive('simulation_fanin', 1);
    expect(namesOf(message!)).to.include('x_fit_mean').and.not.to.include('image');
  });

  it('a file, complete after its last record', async () => {
    await cluster.pipeline.stream('simulation_file');
    let code: number | null = null;
    while (code === null) {
      await delay(50);
      code = await cluster.pipeline.exitCode('simulation_file').catch(() => null);
    }
    expect(code).to.equal(0);
    const content = readWithH5py(file);
    expect(content['/header1/pulse_id']!.values).to.have.length(5);
    expect(content['/data1/x_profile/value']!.shape).to.deep.equal([5, 1280]);
  });
});
