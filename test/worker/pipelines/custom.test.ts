import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { ArrayValue } from '../../../src/common/values.js';
import { balance, logsOfFailedStart, namesOf, numberOf, pulseIdsOf, range, withRig } from './rig.js';

const CUSTOM = { pipeline_type: 'custom', function: 'custom_pipeline', max_frame_rate: 200 };

describe('pipeline instance of type custom', () => {
  it('publishes what its function makes, with pulse ids of its own', async () => {
    await withRig(CUSTOM, async (rig) => {
      const messages = await rig.receive(4);
      expect(pulseIdsOf(messages)).to.deep.equal(range(0, 4));
      const [first, second] = messages;
      expect(namesOf(first!)).to.deep.equal(['scalar', 'waveform', 'image', 'str']);
      expect(numberOf(first!, 'scalar')).to.equal(10);
      const image = first!.channel('image')!.decode() as ArrayValue<Uint16Array>;
      expect(image).to.deep.include({ type: 'uint16', shape: [10, 20] });
      expect(image.data.every((pixel) => pixel >= 1 && pixel <= 100)).to.equal(true);
      expect(first!.channel('str')!.decode()).to.equal('True');
      expect(second!.channel('str')!.decode()).to.equal('False');
      while (rig.instance.lastSample?.clients !== 1) await delay(5);
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
      const { received, sent, lost } = balance(rig);
      expect(lost).to.equal(0);
      expect(sent).to.be.at.least(4);
      expect(rig.instance.lastSample).to.deep.include({ headerChanges: 1, bytesReceived: 200 * received });
    });
  });

  it('ends with code 0 after the last record', async () => {
    await withRig({ ...CUSTOM, records: 3 }, async (rig) => {
      expect(pulseIdsOf(await rig.receive(3))).to.deep.equal([0, 1, 2]);
      expect(await rig.exitCode()).to.equal(0);
      expect(rig.logs()).to.include('Reached number of records: 3');
    });
  });

  it('stops while it runs as fast as it can, and while nobody takes its messages', async () => {
    await withRig({ ...CUSTOM, max_frame_rate: null, mode: 'PUB' }, async (rig) => {
      await rig.receive(50);
      await rig.supervisor.stop('pipeline');
      expect(await rig.exitCode()).to.equal(0);
    });
    await withRig(
      { ...CUSTOM, no_client_timeout: 0 },
      async (rig) => {
        await rig.supervisor.stop('pipeline');
        expect(await rig.exitCode()).to.equal(0);
      },
      { client: false },
    );
  });

  it('does not start without a function, and says so', async () => {
    for (const [name, text] of [
      [null, 'Undefined processing function'],
      ['propagate_stream', "it is a function of pipelines of type 'stream'"],
      ['nothing', 'Could not import function nothing: Invalid module: nothing.'],
    ] as const) {
      expect(await logsOfFailedStart({ ...CUSTOM, function: name })).to.include(text);
    }
  });
});
