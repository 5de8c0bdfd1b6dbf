import { expect } from 'chai';
import { type ArrayValue, arrayValue } from '../../../src/common/values.js';
import { BackgroundStore } from '../../../src/storage/index.js';
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
  range,
  referenceImage,
  TestSource,
  withRig,
} from './rig.js';

describe('pipeline instance of type processing', () => {
  it('publishes the 28 default channels under one header, with the values of the image', async () => {
    await withRig({}, async (rig) => {
      const image = referenceImage();
      await rig.camera.sendImages(range(1000, 3), image);
      const messages = await rig.receive(3);
      expect(namesOf(messages[0]!)).to.deep.equal([
        ...['x_axis', 'y_axis', 'image', 'width', 'height', 'processing_parameters', 'timestamp'],
        ...['min_value', 'max_value', 'x_profile', 'y_profile', 'intensity', 'x_fwhm', 'y_fwhm'],
        ...['x_center_of_mass', 'x_rms', 'y_center_of_mass', 'y_rms'],
        ...['gauss_function', 'offset', 'amplitude', 'standard_deviation', 'mean'].map(
          (name) => `x_fit_${name}`,
        ),
        ...['gauss_function', 'offset', 'amplitude', 'standard_deviation', 'mean'].map(
          (name) => `y_fit_${name}`,
        ),
      ]);
      expect(pulseIdsOf(messages)).to.deep.equal([1000, 1001, 1002]);
      expect(messages.map(({ formatChanged }) => formatChanged)).to.deep.equal([true, false, false]);
      const [message] = messages;
      expect(message!.channel('image')!.decode()).to.deep.equal(image);
      expect(numberOf(message!, 'intensity')).to.equal(27720);
      expect(numberOf(message!, 'max_value')).to.equal(901);
      expect(numberOf(message!, 'x_fit_mean')).to.be.closeTo(10.9999893759, 1e-6);
      expect(message!.channel('intensity')!.definition.type).to.equal('int64');
      expect(message!.timestamp).to.deep.equal({ seconds: 1_700_000_000n, nanoseconds: 1000n });
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.instance.lastSample).to.deep.include({ headerChanges: 1, received: 3, sent: 3 });
    });
  });

  it('passes one of two messages with downsampling 1', async () => {
    await withRig({ downsampling: 1 }, async (rig) => {
      await rig.camera.sendImages(range(1000, 6));
      expect(pulseIdsOf(await rig.receive(3))).to.deep.equal([1000, 1002, 1004]);
    });
  });

  it('averages n images into one, or the last n for each', async () => {
    await withRig({ averaging: 3 }, async (rig) => {
      for (const pulseId of range(1000, 9)) {
        await rig.camera.sendImages([pulseId], referenceImage(pulseId - 1000));
      }
      const messages = await rig.receive(3);
      expect(pulseIdsOf(messages)).to.deep.equal([1002, 1005, 1008]);
      const mean = messages[1]!.channel('image')!.decode() as ArrayValue<Float64Array>;
      expect(mean.type).to.equal('float64');
      expect(mean.data[0]).to.equal(referenceImage(4).data[0]);
    });
    await withRig({ averaging: -3 }, async (rig) => {
      await rig.camera.sendImages(range(1000, 4));
      expect(pulseIdsOf(await rig.receive(4))).to.deep.equal(range(1000, 4));
    });
  });

  it('includes and excludes channels', async () => {
    const selection = { include: ['x_profile', 'zzz', 'intensity'], exclude: ['intensity'] };
    await withRig(selection, async (rig) => {
      await rig.camera.sendImages([1]);
      expect(namesOf((await rig.receive(1))[0]!)).to.deep.equal(['x_profile']);
    });
  });

  it('keeps the order with three threads, slow frames and frames that fail', async () => {
    const config = {
      processing_threads: 3,
      abort_on_error: false,
      rotation: { angle: 7, order: 5 },
      binning_x: 4,
    };
    await withRig(config, async (rig) => {
      const large = arrayValue(new Uint16Array(480 * 640).fill(7), [480, 640]);
      const narrow = arrayValue(new Uint16Array(20 * 3).fill(7), [20, 3]);
      const imageOf = (pulseId: number) =>
        pulseId % 7 === 0 ? narrow : pulseId % 5 === 0 ? large : referenceImage();
      for (const pulseId of range(1, 40)) await rig.camera.sendImages([pulseId], imageOf(pulseId));
      const expected = range(1, 40).filter((pulseId) => pulseId % 7 !== 0);
      const messages = await rig.receive(expected.length);
      expect(pulseIdsOf(messages)).to.deep.equal(expected);
      expect(numberOf(messages[4]!, 'width')).to.equal(160);
      await rig.supervisor.stop('pipeline');
      expect(balance(rig)).to.deep.include({ received: 40, sent: 35, dropped: { error: 5 }, lost: 0 });
    });
  });

  it('gives the same values in threads as on the main thread', async () => {
    const results: unknown[] = [];
    for (const processing_threads of [0, 2]) {
      await withRig(
        { processing_threads, image_threshold: 20, mirror_x: true, image_scale: 2.5 },
        async (rig) => {
          await rig.camera.sendImages([1]);
          const [message] = await rig.receive(1);
          results.push(
            message!.channels
              .filter(({ definition }) => definition.name !== 'processing_parameters')
              .map((channel) => [channel.definition.name, channel.definition.type, channel.decode()]),
          );
        },
      );
    }
    expect(results[1]).to.deep.equal(results[0]);
  });

  it('subtracts the background, and follows updates between two frames without losing one', async () => {
    const background = arrayValue(new Uint16Array(480).fill(12), [20, 24]);
    const config = { image_background_enable: true, image_background: 'dark' };
    await withRig(
      config,
      async (rig) => {
        await rig.camera.sendImages([1]);
        const [first] = await rig.receive(1);
        expect(numberOf(first!, 'intensity')).to.equal(22035);
        const update = mergePipelineUpdate(rig.instance.config, { image_background_enable: 'signed' });
        rig.supervisor.updateConfig('pipeline', preparePipelineConfiguration(update));
        const seen: number[] = [];
        let pulseId = 1;
        while (seen.at(-1) !== 21960) {
          pulseId += 1;
          await rig.camera.sendImages([pulseId]);
          const [message] = await rig.receive(1);
          expect(Number(message!.pulseId)).to.equal(pulseId);
          seen.push(numberOf(message!, 'intensity'));
        }
        expect(new Set(seen.slice(0, -1))).to.satisfy((set: Set<number>) => set.size === 0 || set.has(22035));
        expect(rig.logs().join('\n')).to.include('Configuration update: {');
      },
      { prepare: (folder) => new BackgroundStore(folder).store('dark', background) },
    );
  });

  it('merges only images of pulses that the stream has, with the values of both', async () => {
    const stream = new TestSource();
    const config = { bsread_address: await stream.open(), function: 'merge' };
    try {
      await withRig(config, async (rig) => {
        for (const pulseId of range(1000, 8)) {
          await rig.camera.send(pulseId, {
            ...cameraChannels(referenceImage()),
            extra: pulseId,
            both: 'camera',
          });
          if (pulseId % 2 === 0) await stream.send(pulseId, { charge: pulseId / 10, both: 'stream' });
        }
        const messages = await rig.receive(4);
        expect(pulseIdsOf(messages)).to.deep.equal([1000, 1002, 1004, 1006]);
        expect(namesOf(messages[0]!).slice(-3)).to.deep.equal(['charge', 'both', 'extra']);
        expect(numberOf(messages[1]!, 'charge')).to.equal(100.2);
        expect(messages[1]!.channel('both')!.decode()).to.equal('camera');
      });
    } finally {
      stream.close();
    }
  });

  it('delivers from its buffer what came before the client', async () => {
    await withRig({ buffer_size: 4, queue_size: 1 }, async (rig) => {
      await rig.camera.sendImages(range(1, 4));
      expect(pulseIdsOf(await rig.receive(4))).to.deep.equal([1, 2, 3, 4]);
    });
  });

  it('passes images on unchanged with function transparent, and applies header strategies', async () => {
    await withRig({ function: 'transparent', create_header: 'always' }, async (rig) => {
      await rig.camera.sendImages([1, 2]);
      const messages = await rig.receive(2);
      expect(namesOf(messages[0]!)).to.deep.equal([
        ...['x_axis', 'y_axis', 'width', 'height', 'image', 'processing_parameters', 'timestamp'],
      ]);
      await rig.supervisor.stop('pipeline');
      expect(rig.instance.lastSample!.headerChanges).to.equal(2);
    });
  });
});
