import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type ReceivedMessage, Receiver } from '../../../src/bsread/index.js';
import { freePort } from '../../support/ports.js';
import { messageOf } from './messages.js';
import {
  balance,
  cameraChannels,
  createPipeline,
  logsOfFailedStart,
  namesOf,
  numberOf,
  pulseIdsOf,
  range,
  referenceImage,
  TestSource,
  withRig,
} from './rig.js';

async function receiveFrom(receiver: Receiver, count: number): Promise<ReceivedMessage[]> {
  const messages: ReceivedMessage[] = [];
  while (messages.length < count) messages.push((await receiver.receive())!);
  return messages;
}

describe('pipeline instance of type fanout', () => {
  it('passes messages on unchanged, with selection and gate', async () => {
    const config = { pipeline_type: 'fanout', exclude: ['y_axis'], downsampling: 1, pid_range: [2, 6] };
    await withRig(config, async (rig) => {
      await rig.camera.sendImages(range(1, 7));
      const messages = await rig.receive(3);
      expect(pulseIdsOf(messages)).to.deep.equal([2, 4, 6]);
      expect(namesOf(messages[0]!)).to.deep.equal(['width', 'height', 'timestamp', 'image', 'x_axis']);
      const sent = messageOf(6n, cameraChannels(referenceImage()));
      for (const channel of messages[2]!.channels) {
        const { name, type } = channel.definition;
        expect(type).to.equal(sent.channel(name)!.definition.type);
        expect(channel.decode()).to.deep.equal(sent.channel(name)!.decode());
      }
      expect(messages[0]!.timestamp).to.deep.equal({ seconds: 1_700_000_000n, nanoseconds: 2n });
      expect(await rig.exitCode()).to.equal(0);
      expect(balance(rig)).to.deep.include({ sent: 3, dropped: { pid_range: 2, downsampling: 2 }, lost: 0 });
      expect(rig.instance.lastSample!.bytesReceived).to.be.above(7 * 960);
    });
  });

  it('shares its messages among workers, whose results fanin brings into order without a loss', async () => {
    await withRig(
      { pipeline_type: 'fanout' },
      async (rig) => {
        const { supervisor, instance: fanout, backgroundFolder: folder } = rig;
        const collected = `tcp://localhost:${await freePort()}`;
        const fanin = { pipeline_type: 'fanin', mode: 'PUSH', input_stream: collected, pid_buffer: 100 };
        const { port } = await createPipeline(supervisor, 'fanin', fanin, { folder });
        for (const prefix of ['a', 'b']) {
          const worker = {
            ...{ pipeline_type: 'stream', function: 'propagate_stream_with_prefix', prefix },
            ...{ input_stream: `tcp://127.0.0.1:${fanout.port}`, input_mode: 'PULL' },
            ...{ mode: 'PUSH', output_stream: collected },
          };
          await createPipeline(supervisor, prefix, worker, { folder });
        }
        while (fanout.lastSample?.clients !== 2) await delay(5);
        const client = new Receiver({
          address: `tcp://127.0.0.1:${port}`,
          mode: 'PULL',
          receiveTimeout: 100_000,
        });
        await client.open();
        for (const pulseId of range(1, 139)) await rig.camera.send(pulseId, { value: pulseId });
        const messages = await receiveFrom(client, 40);
        expect(pulseIdsOf(messages)).to.deep.equal(range(1, 40));
        expect(new Set(messages.flatMap(namesOf))).to.deep.equal(new Set(['avalue', 'bvalue']));
        client.close();
        await supervisor.stop('fanin');
        expect(balance({ instance: supervisor.get('fanin')! })).to.deep.include({
          ...{ received: 139, sent: 40, dropped: { stopped: 99 }, lost: 0 },
        });
      },
      { client: false },
    );
  });

  for (const mode of ['PUB', 'PUSH']) {
    it(`ends with code 0 when no client comes, in ${mode}`, async () => {
      await withRig(
        { pipeline_type: 'fanout', mode, no_client_timeout: 0.3 },
        async (rig) => {
          await rig.camera.sendImages(range(1, 3));
          expect(await rig.exitCode()).to.equal(0);
          expect(rig.logs()).to.include(
            'No client connected to the pipeline stream for 0.3 seconds. Closing instance.',
          );
          expect(balance(rig).lost).to.equal(0);
        },
        { client: false },
      );
    });
  }

  it('stops while a blocking send waits for a client', async () => {
    await withRig(
      { pipeline_type: 'fanout', no_client_timeout: 0 },
      async (rig) => {
        await rig.camera.sendImages([1]);
        await rig.supervisor.stop('pipeline');
        expect(await rig.exitCode()).to.equal(0);
      },
      { client: false },
    );
  });

  it('ends with code 2 after a silence with abort_on_timeout, and with 1 when it has no source', async () => {
    await withRig(
      { pipeline_type: 'fanout', abort_on_timeout: true, stream_timeout: 0.2, receive_timeout: 100 },
      async (rig) => {
        expect(await rig.exitCode()).to.equal(2);
        expect(rig.logs()).to.include('Error in pipeline processing: Stream Timeout');
      },
    );
    expect(await logsOfFailedStart({ pipeline_type: 'fanout', input_stream: null })).to.include(
      'Channels need to be specified while connecting to the dispatching layer',
    );
  });
});

describe('pipeline instance of type fanin', () => {
  it('brings messages into order and holds back n - 1 of them', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    const worker = new TestSource(address);
    await withRig({ pipeline_type: 'fanin', input_stream: address, pid_buffer: 3 }, async (rig) => {
      await worker.open();
      for (const pulseId of [5, 3, 4, 8, 6, 7, 10, 9]) await worker.send(pulseId, { value: pulseId });
      const messages = await rig.receive(6);
      expect(pulseIdsOf(messages)).to.deep.equal([3, 4, 5, 6, 7, 8]);
      expect(messages.map((message) => numberOf(message, 'value'))).to.deep.equal([3, 4, 5, 6, 7, 8]);
    });
    worker.close();
  });

  it('merges two streams by pulse id', async () => {
    const addresses = [await freePort(), await freePort()].map((port) => `tcp://127.0.0.1:${port}`);
    const [first, second] = addresses.map((address) => new TestSource(address));
    const config = {
      pipeline_type: 'fanin',
      ...{ input_stream: addresses[0]!, bsread_address2: addresses[1]! },
    };
    await withRig(config, async (rig) => {
      await Promise.all([first!.open(), second!.open()]);
      for (const pulseId of range(1, 6)) await first!.send(pulseId, { a: pulseId, both: 'first' });
      for (const pulseId of [2, 4, 6]) await second!.send(pulseId, { both: 'second', b: -pulseId });
      const messages = await rig.receive(3);
      expect(pulseIdsOf(messages)).to.deep.equal([2, 4, 6]);
      expect(namesOf(messages[0]!)).to.deep.equal(['a', 'both', 'b']);
      expect(messages[1]!.channel('both')!.decode()).to.equal('second');
      expect(numberOf(messages[1]!, 'b')).to.equal(-4);
      await rig.supervisor.stop('pipeline');
      const { dropped, lost, received } = balance(rig);
      expect({ dropped, lost, received }).to.deep.equal({ dropped: { unmatched: 3 }, lost: 0, received: 6 });
      expect(rig.instance.lastSample!.bytesReceived).to.be.above(0);
    });
    first!.close();
    second!.close();
  });
});
