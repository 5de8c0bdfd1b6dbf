import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import {
  mergePipelineUpdate,
  preparePipelineConfiguration,
} from '../../../src/worker/configuration/index.js';
import { PYTHON } from '../../user-code/support.js';
import { balance, namesOf, numberOf, pulseIdsOf, range, withRig } from './rig.js';

/** Of messages at 100 Hz, in milliseconds. */
const PERIOD = 10;

const withFile = (name: string, text: string) => ({
  prepare: (folder: string) => writeFile(join(folder, name), text),
  options: { python: PYTHON },
});

describe("pipelines without images with users' functions", () => {
  it('stream: a function in threads is replaced while messages flow, and none is lost', async () => {
    const version = (n: number) => `export const process = ({ data }) => ({ version: ${n}, ...data });`;
    const config = {
      pipeline_type: 'stream',
      function: 'f.js',
      processing_threads: 2,
      thread_buffer_size: 100,
      records: 200,
    };
    await withRig(
      config,
      async (rig) => {
        const send = async (pulseIds: readonly number[]): Promise<void> => {
          for (const pulseId of pulseIds) {
            await rig.camera.send(pulseId, { value: pulseId });
            await delay(PERIOD);
          }
        };
        await send(range(1, 50));
        const messages = await rig.receive(50);
        await writeFile(join(rig.backgroundFolder, 'f.js'), version(2));
        const update = mergePipelineUpdate(rig.instance.config, { reload: true });
        rig.supervisor.updateConfig('pipeline', preparePipelineConfiguration(update));
        await send(range(51, 50));
        while (!rig.logs().join('\n').includes('Configuration update')) await delay(5);
        await send(range(101, 100));
        messages.push(...(await rig.receive(150)));
        expect(pulseIdsOf(messages)).to.deep.equal(range(1, 200));
        const versions = messages.map((message) => numberOf(message, 'version'));
        expect(versions.slice(0, 50)).to.deep.equal(Array(50).fill(1));
        expect(versions).to.deep.equal([...versions].sort());
        expect(versions.slice(100)).to.deep.equal(Array(100).fill(2));
        expect(await rig.exitCode()).to.equal(0);
        expect(balance(rig)).to.deep.include({ received: 200, sent: 200, dropped: {} });
      },
      withFile('f.js', version(1)),
    );
  });

  it('stream: results null and errors drop messages, errors with the line of the script', async () => {
    const text = `export function process({ data, pulseId }) {
      if (pulseId === 2) return null;
      if (pulseId === 3) throw new Error('no beam');
      return data;
    }`;
    const config = { pipeline_type: 'stream', function: 'f', abort_on_error: false };
    await withRig(
      config,
      async (rig) => {
        for (const pulseId of range(1, 4)) await rig.camera.send(pulseId, { value: 1 });
        expect(pulseIdsOf(await rig.receive(2))).to.deep.equal([1, 4]);
        await rig.supervisor.stop('pipeline');
        expect(await rig.exitCode()).to.equal(0);
        expect(balance(rig).dropped).to.deep.equal({ null_result: 1, error: 1 });
        expect(rig.logs()).to.include('Error processing PID 3 at proc 0 thread 0: f.js line 3: no beam.');
      },
      withFile('f.js', text),
    );
  });

  it('stream: a script in Python changes and adds channels', async () => {
    const text =
      'def process(data, pulse_id, timestamp, parameters):\n    data["output"] = 10.0\n    return data\n';
    await withRig(
      { pipeline_type: 'stream', function: 'f.py' },
      async (rig) => {
        await rig.camera.send(5, { value: 1.5 });
        const [message] = await rig.receive(1);
        expect(namesOf(message!)).to.deep.equal(['value', 'output']);
        expect(numberOf(message!, 'output')).to.equal(10);
      },
      withFile('f.py', text),
    );
  });

  it('custom: a script in Python makes messages with pulse ids and times of its own', async () => {
    const text = [
      'count = 100',
      'def process(parameters, init):',
      '    global count',
      '    count += 1',
      '    return {"first": init, "factor": parameters["factor"]}, (7, count), count, 8',
    ].join('\n');
    await withRig(
      { pipeline_type: 'custom', function: 'f.py', max_frame_rate: 100, factor: 3 },
      async (rig) => {
        const messages = await rig.receive(2);
        expect(pulseIdsOf(messages)).to.deep.equal([101, 102]);
        expect(messages[1]!.timestamp).to.deep.equal({ seconds: 7n, nanoseconds: 102n });
        expect(messages.map((message) => message.channel('first')!.decode())).to.deep.equal([true, false]);
        expect(numberOf(messages[0]!, 'factor')).to.equal(3);
      },
      withFile('f.py', text),
    );
  });

  it('custom: calls without data send nothing and do not count as received, but their bytes do', async () => {
    const script = `let count = 0;
export function custom() {
  count += 1;
  return count % 2 === 0 ? { data: null, size: 1 } : { data: { count }, size: 1000 };
}`;
    await withRig(
      { pipeline_type: 'custom', function: 'f.js', max_frame_rate: 100 },
      async (rig) => {
        const messages = await rig.receive(3);
        expect(messages.map((message) => numberOf(message, 'count'))).to.deep.equal([1, 3, 5]);
        expect(pulseIdsOf(messages)).to.deep.equal([0, 1, 2]);
        await rig.supervisor.stop('pipeline');
        expect(await rig.exitCode()).to.equal(0);
        const { received, bytesReceived } = rig.instance.lastSample!;
        expect(bytesReceived - 1000 * received).to.be.within(received - 1, received);
      },
      withFile('f.js', script),
    );
  });
});
