import { expect } from 'chai';
import { parseJson } from '../../../src/common/json.js';
import { type ArrayValue, arrayValue } from '../../../src/common/values.js';
import { balance, namesOf, pulseIdsOf, range, withRig } from './rig.js';

describe('end of a pipeline instance of type processing', () => {
  it('ends by itself after the last record', async () => {
    await withRig({ records: 3 }, async (rig) => {
      await rig.camera.sendImages(range(1, 6));
      expect(pulseIdsOf(await rig.receive(3))).to.deep.equal([1, 2, 3]);
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.instance.lastSample!.sent).to.equal(3);
      expect(rig.logs()).to.include('Reached number of records: 3');
    });
  });

  it('sends the pulse id range, then ends', async () => {
    await withRig({ pid_range: [1003, 1005] }, async (rig) => {
      await rig.camera.sendImages(range(1000, 8));
      expect(pulseIdsOf(await rig.receive(3))).to.deep.equal([1003, 1004, 1005]);
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.logs()).to.include('Reached end of pid range: stopping pipeline.');
      expect(balance(rig)).to.deep.include({ sent: 3, dropped: { pid_range: 4 }, lost: 0 });
    });
  });

  it('ends with code 2 when a frame fails, or goes on without abort_on_error', async () => {
    const narrow = arrayValue(new Uint16Array(20 * 3), [20, 3]);
    await withRig({ binning_x: 4 }, async (rig) => {
      await rig.camera.sendImages([1], narrow);
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs().join('\n')).to.match(/Error processing PID 1 at proc 0 thread 0: .*leaves no pixel/);
    });
    await withRig({ binning_x: 4, abort_on_error: false }, async (rig) => {
      await rig.camera.sendImages([1], narrow);
      await rig.camera.sendImages([2]);
      expect(pulseIdsOf(await rig.receive(1))).to.deep.equal([2]);
    });
  });

  it('ends when the background is missing, or publishes the error when the name ends with _sp', async () => {
    const config = { image_background_enable: true, image_background: 'nothing' };
    await withRig(config, async (rig) => {
      await rig.camera.sendImages([1]);
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs().join('\n')).to.include('Invalid background image file: nothing');
    });
    await withRig({ ...config, name: 'x_sp' }, async (rig) => {
      await rig.camera.sendImages([1, 2]);
      const [message] = await rig.receive(2);
      expect(namesOf(message!)).to.deep.equal([
        'x_axis',
        'y_axis',
        'image',
        'width',
        'height',
        'processing_parameters',
      ]);
      const image = message!.channel('image')!.decode() as ArrayValue<Uint16Array>;
      expect(image.type).to.equal('uint16');
      expect(image.data.every((pixel) => pixel === 0)).to.equal(true);
      const published = parseJson(message!.channel('processing_parameters')!.decode() as string);
      expect(published).to.deep.include({
        image_background_ok: false,
        processing_error: 'Invalid background image file: nothing',
      });
    });
  });

  for (const mode of ['PUB', 'PUSH']) {
    it(`ends with code 0 when no client comes, in ${mode}`, async () => {
      await withRig(
        { mode, no_client_timeout: 0.3 },
        async (rig) => {
          await rig.camera.sendImages([1]);
          expect(await rig.exitCode()).to.equal(0);
          expect(rig.logs()).to.include(
            'No client connected to the pipeline stream for 0.3 seconds. Closing instance.',
          );
        },
        { client: false },
      );
    });
  }

  it('stops while a blocking send waits for a client', async () => {
    await withRig(
      { no_client_timeout: 0 },
      async (rig) => {
        await rig.camera.sendImages(range(1, 3));
        await rig.supervisor.stop('pipeline');
        expect(await rig.exitCode()).to.equal(0);
        expect(balance(rig).lost).to.equal(0);
      },
      { client: false },
    );
  });

  it('ends after stream_timeout with abort_on_timeout', async () => {
    await withRig({ abort_on_timeout: true, stream_timeout: 0.2 }, async (rig) => {
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs().join('\n')).to.include('Stream Timeout');
    });
  });

  it('ends with code 2 for a function that does not exist', async () => {
    await withRig({ function: 'nothing' }, async (rig) => {
      expect(await rig.exitCode()).to.equal(2);
      expect(rig.logs()).to.include('Could not import function nothing: Invalid module: nothing.');
      expect(rig.logs().join('\n')).to.include('Undefined processing function');
    });
  });
});
