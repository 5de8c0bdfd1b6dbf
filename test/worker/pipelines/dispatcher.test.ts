import { expect } from 'chai';
import { DispatcherClient } from '../../../src/bsread/index.js';
import { startDispatcher, type TestDispatcher } from '../../support/dispatcher/index.js';
import {
  logsOfFailedStart,
  namesOf,
  numberOf,
  pulseIdsOf,
  referenceImage,
  TestSource,
  withRig,
} from './rig.js';

describe('pipelines with streams of the dispatching layer', () => {
  let dispatcher: TestDispatcher;
  let client: DispatcherClient;
  const source = new TestSource();

  before(async () => {
    dispatcher = await startDispatcher();
    client = new DispatcherClient({ baseUrl: dispatcher.url });
    await client.addSources([await source.open()]);
    await source.send(1, { charge: 1, position: 2, image: referenceImage() });
    while ((await client.liveChannels()).length < 3);
  });

  after(async () => {
    source.close();
    await dispatcher.close();
  });

  const base = { pipeline_type: 'stream', function: 'propagate_stream', input_stream: null };

  it('request their channels, receive them, and give the stream back', async () => {
    const config = {
      ...base,
      input_mode: 'PULL',
      bsread_channels: ['image', { name: 'charge', modulo: 2 }],
      dispatcher_url: dispatcher.url,
      dispatcher_disable_compression: true,
    };
    await withRig(config, async (rig) => {
      const [stream] = (await client.currentStreams()) as { request: object }[];
      expect(stream!.request).to.deep.equal({
        channels: [{ name: 'image' }, { name: 'charge', modulo: 2 }],
        streamType: 'push_pull',
        verify: true,
        channelValidation: { inconsistency: 'adjust-individual' },
        compression: 'none',
      });
      for (const pulseId of [2, 3, 4]) {
        await source.send(pulseId, { charge: pulseId, position: 0, image: referenceImage(pulseId) });
      }
      const messages = await rig.receive(3);
      expect(pulseIdsOf(messages)).to.deep.equal([2, 3, 4]);
      expect(messages.map(namesOf)).to.deep.equal([['charge', 'image'], ['image'], ['charge', 'image']]);
      expect(numberOf(messages[2]!, 'charge')).to.equal(4);
      expect(messages[2]!.channel('image')!.decode()).to.deep.equal(referenceImage(4));
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
      expect(await client.currentStreams()).to.deep.equal([]);
    });
  });

  it('merge images with compressed channels', async () => {
    const merging = {
      function: 'merge',
      bsread_channels: ['charge'],
      dispatcher_url: dispatcher.url,
      include: ['charge', 'intensity'],
    };
    await withRig(merging, async (rig) => {
      const [stream] = (await client.currentStreams()) as { request: { streamType: string } }[];
      expect(stream!.request.streamType).to.equal('push_pull');
      await source.send(10, { charge: 4.5, position: 0, image: referenceImage() });
      await rig.camera.sendImages([9, 10, 11]);
      const [message] = await rig.receive(1);
      expect(Number(message!.pulseId)).to.equal(10);
      expect(numberOf(message!, 'charge')).to.equal(4.5);
    });
  });

  it('do not start when the dispatching layer refuses, and say why', async () => {
    for (const [changes, text] of [
      [{ bsread_channels: ['charge', 'unknown'] }, 'Unknown channels: unknown'],
      [{ bsread_channels: ['charge'], dispatcher_url: 'http://127.0.0.1:1/x' }, 'cannot be reached'],
      [{ bsread_channels: [] }, 'Channels need to be specified while connecting to the dispatching layer'],
    ] as const) {
      const config = { ...base, dispatcher_url: dispatcher.url, ...changes };
      const channels = { bsread_channels: [...changes.bsread_channels] };
      expect(await logsOfFailedStart({ ...config, ...channels })).to.include(text);
    }
    const unverified = { bsread_channels: ['unknown'], dispatcher_verify_request: false };
    await withRig({ ...base, dispatcher_url: dispatcher.url, ...unverified }, async () => {
      const [stream] = (await client.currentStreams()) as { request: object }[];
      expect(stream!.request).to.deep.include({
        verify: false,
        channelValidation: { inconsistency: 'keep-as-is' },
      });
    });
  });
});
