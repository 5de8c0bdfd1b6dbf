import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Reply } from 'zeromq';
import { Receiver } from '../../../src/bsread/index.js';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue, type ChannelValue } from '../../../src/common/values.js';
import {
  mergePipelineUpdate,
  preparePipelineConfiguration,
} from '../../../src/worker/configuration/index.js';
import {
  balance,
  cameraChannels,
  namesOf,
  numberOf,
  pulseIdsOf,
  type Rig,
  range,
  referenceImage,
  TestSource,
  withRig,
} from './rig.js';

/** A short time-out lets updates take effect at once. */
const STREAM = { pipeline_type: 'stream', function: 'propagate_stream', receive_timeout: 50 };

async function update(rig: Rig, changes: JsonObject): Promise<void> {
  const config = mergePipelineUpdate(rig.instance.config, changes);
  rig.supervisor.updateConfig('pipeline', preparePipelineConfiguration(config));
}

/** A source whose configuration port, the one after that of its stream, is bound as well. */
async function openSourceWithConfiguration(): Promise<{
  source: TestSource;
  address: string;
  config: Reply;
}> {
  for (;;) {
    const source = new TestSource();
    const address = await source.open();
    const config = new Reply({ linger: 0 });
    try {
      await config.bind(address.replace(/\d+$/, (port) => String(Number(port) + 1)));
      return { source, address, config };
    } catch {
      // somebody else has that port
      source.close();
      config.close();
    }
  }
}

describe('pipeline instance of type stream', () => {
  it('gives each message to its function and publishes what comes back', async () => {
    await withRig({ ...STREAM, include: ['image', 'nothing', 'text', 'count'] }, async (rig) => {
      const channels = { count: 7, text: 'beam', image: referenceImage(), other: true };
      for (const pulseId of range(1, 3)) await rig.camera.send(pulseId, channels);
      const messages = await rig.receive(3);
      expect(pulseIdsOf(messages)).to.deep.equal([1, 2, 3]);
      expect(namesOf(messages[0]!)).to.deep.equal(['image', 'text', 'count']);
      expect(messages[2]!.channel('image')!.decode()).to.deep.equal(referenceImage());
      expect(messages[2]!.channel('text')!.decode()).to.equal('beam');
      expect(messages[2]!.timestamp).to.deep.equal({ seconds: 1_700_000_000n, nanoseconds: 3n });
      expect(messages.map(({ formatChanged }) => formatChanged)).to.deep.equal([true, false, false]);
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
      expect(balance(rig)).to.deep.include({ received: 3, sent: 3, lost: 0 });
      expect(rig.instance.lastSample).to.deep.include({ headerChanges: 1, frameShape: null });
    });
  });

  it('changes its function while it runs, and loses no message', async () => {
    await withRig(STREAM, async (rig) => {
      let pulseId = 0;
      const next = async (): Promise<string> => {
        pulseId += 1;
        await rig.camera.send(pulseId, { value: pulseId });
        const [message] = await rig.receive(1);
        expect(Number(message!.pulseId)).to.equal(pulseId);
        return namesOf(message!)[0]!;
      };
      expect(await next()).to.equal('value');
      await update(rig, { function: 'propagate_stream_with_prefix', prefix: 'A:' });
      while ((await next()) === 'value');
      await update(rig, { prefix: 'B:' });
      while ((await next()) === 'A:value');
      expect(await next()).to.equal('B:value');
      await update(rig, { function: 'nothing' });
      expect(await rig.exitCode()).to.equal(2);
      const logs = rig.logs().join('\n');
      expect(logs).to.include('Could not import function nothing: Invalid module: nothing.');
      expect(logs).to.include('Error in pipeline processing: Undefined processing function');
    });
  });

  it('follows updates of the gate, the selection, the rate and the number of records', async () => {
    await withRig({ ...STREAM, records: 100 }, async (rig) => {
      let pulseId = 0;
      const send = async (count: number): Promise<void> => {
        for (const each of range(pulseId + 1, count)) await rig.camera.send(each, { a: each, b: 1 });
        pulseId += count;
      };
      let updates = 0;
      const change = async (changes: JsonObject): Promise<void> => {
        await update(rig, changes);
        updates += 1;
        const applied = () => rig.logs().filter((line) => line.startsWith('Configuration update')).length;
        while (applied() < updates) await delay(5);
      };
      await send(1);
      expect(pulseIdsOf(await rig.receive(1))).to.deep.equal([1]);
      await change({ pause: true });
      await send(3);
      while (rig.instance.lastSample?.dropped.paused !== 3) await delay(5);
      await change({ pause: false, downsampling: 2, include: ['b'] });
      await send(4);
      const [first, second] = await rig.receive(2);
      expect(pulseIdsOf([first!, second!])).to.deep.equal([5, 8]);
      expect(namesOf(first!)).to.deep.equal(['b']);
      await change({ downsampling: null, include: null, pid_range: [11, 0] });
      await send(4);
      expect(pulseIdsOf(await rig.receive(2))).to.deep.equal([11, 12]);
      await change({ pid_range: null, max_frame_rate: 0.001 });
      await send(3);
      expect(pulseIdsOf(await rig.receive(1))).to.deep.equal([13]);
      await change({ max_frame_rate: null, records: 7 });
      await send(2);
      expect(pulseIdsOf(await rig.receive(1))).to.deep.equal([16]);
      expect(await rig.exitCode()).to.equal(0);
      expect(balance(rig)).to.deep.include({ lost: 0, sent: 7 });
      expect(balance(rig).dropped).to.include({
        paused: 3,
        downsampling: 2,
        pid_range: 2,
        max_frame_rate: 2,
      });
    });
  });

  it('keeps the order with three threads and ends after the last record', async () => {
    await withRig({ ...STREAM, processing_threads: 3, records: 20 }, async (rig) => {
      for (const pulseId of range(1, 25)) await rig.camera.send(pulseId, cameraChannels(referenceImage()));
      expect(pulseIdsOf(await rig.receive(20))).to.deep.equal(range(1, 20));
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.logs()).to.include('Reached number of records: 20');
      expect(balance(rig)).to.deep.include({ sent: 20, lost: 0 });
    });
  });

  it('ends with code 2 for a message on which the function fails, or drops it', async () => {
    const failing = { ...STREAM, function: 'propagate_stream_with_prefix' };
    await withRig(failing, async (rig) => {
      await rig.camera.send(1, { value: 1 });
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs()).to.include(
        "Error processing PID 1 at proc 0 thread 0: propagate_stream_with_prefix needs the parameter 'prefix', a text.",
      );
    });
    await withRig({ ...failing, abort_on_error: false }, async (rig) => {
      for (const pulseId of range(1, 3)) await rig.camera.send(pulseId, { value: 1 });
      while (rig.logs().length < 3) await delay(5);
      await update(rig, { prefix: '' });
      while (!rig.logs().join('\n').includes('Configuration update')) await delay(5);
      await rig.camera.send(4, { value: 1 });
      expect(pulseIdsOf(await rig.receive(1))).to.deep.equal([4]);
      await rig.supervisor.stop('pipeline');
      expect(balance(rig)).to.deep.include({ dropped: { error: 3 }, lost: 0 });
      expect(await rig.exitCode()).to.equal(0);
    });
  });

  it('ends with code 2 without a function, and for one of another type', async () => {
    for (const [name, text] of [
      [null, 'Undefined processing function'],
      ['psen', "Could not import function psen: it is a function of pipelines of type 'processing'."],
      ['custom_pipeline', "it is a function of pipelines of type 'custom'"],
    ] as const) {
      await withRig({ ...STREAM, function: name }, async (rig) => {
        expect(await rig.exitCode()).to.equal(2);
        expect(rig.logs().join('\n')).to.include(text);
      });
    }
  });

  it('announces channels as the strategy on_change says', async () => {
    const messages: Record<string, ChannelValue>[] = [
      { a: null, b: 1 },
      { a: 2, b: 1 },
      { a: null, b: 1 },
      { a: 3.5, b: null },
      { a: 3.5 },
    ];
    await withRig(STREAM, async (rig) => {
      for (const [index, message] of messages.entries()) await rig.camera.send(index + 1, message);
      const received = await rig.receive(5);
      expect(received.map(namesOf)).to.deep.equal([['b'], ['a', 'b'], ['a', 'b'], ['a', 'b'], ['a']]);
      expect(received.map(({ formatChanged }) => formatChanged)).to.deep.equal([
        true,
        true,
        false,
        false,
        true,
      ]);
      expect(received[2]!.channel('a')!.decode()).to.equal(null);
    });
  });

  it('merges two streams: pulses that both have, channels of both, bytes of both', async () => {
    const second = new TestSource();
    const merging = { input_stream2: await second.open(), input_mode2: 'PULL' };
    await withRig({ ...STREAM, ...merging }, async (rig) => {
      const image = arrayValue(new Uint16Array(5000), [50, 100]);
      for (const pulseId of range(1000, 7)) await rig.camera.send(pulseId, { image, both: 1 });
      for (const pulseId of [1000, 1002, 1004, 1006]) {
        await second.send(pulseId, { both: 2, charge: pulseId / 10 });
      }
      const messages = await rig.receive(4);
      expect(pulseIdsOf(messages)).to.deep.equal([1000, 1002, 1004, 1006]);
      expect(namesOf(messages[0]!)).to.deep.equal(['image', 'both', 'charge']);
      expect(numberOf(messages[3]!, 'charge')).to.equal(100.6);
      expect(numberOf(messages[3]!, 'both')).to.equal(2);
      await rig.supervisor.stop('pipeline');
      expect(balance(rig)).to.deep.include({ received: 7, sent: 4, dropped: { unmatched: 3 }, lost: 0 });
      expect(rig.instance.lastSample!.bytesReceived).to.be.above(70_000);
    });
    second.close();
  });

  it('asks a source at an address for channels', async () => {
    const { source, address, config } = await openSourceWithConfiguration();
    const asked = config.receive().then(async ([request]) => {
      await config.send('{}');
      return JSON.parse(String(request));
    });
    const channels = '["a", {"name": "b", "modulo": 10}]';
    await withRig(
      { ...STREAM, input_stream: null, bsread_address: address, bsread_channels: channels },
      async (rig) => {
        await source.send(1, { a: 1 });
        expect(namesOf((await rig.receive(1))[0]!)).to.deep.equal(['a']);
        expect(await asked).to.deep.equal({ channels: [{ name: 'a' }, { name: 'b', modulo: 10 }] });
      },
    );
    source.close();
    config.close();
  });

  it('counts the connection of output_stream as a client, and ends when it is gone', async () => {
    const target = new Receiver({
      address: 'tcp://127.0.0.1:0',
      attachment: 'bind',
      mode: 'PULL',
      receiveTimeout: 100_000,
    });
    await target.open();
    await withRig(
      { ...STREAM, output_stream: target.address, no_client_timeout: 2 },
      async (rig) => {
        const started = performance.now();
        for (let pulseId = 1; performance.now() - started < 2500; pulseId += 1) {
          await rig.camera.send(pulseId, { value: 1 });
          expect(Number((await target.receive())!.pulseId)).to.equal(pulseId);
        }
        while (rig.instance.lastSample?.clients !== 1) await delay(5);
        target.close();
        expect(await rig.exitCode()).to.equal(0);
        expect(rig.logs().join('\n')).to.include('No client connected to the pipeline stream for 2 seconds');
      },
      { client: false },
    );
  });
});
