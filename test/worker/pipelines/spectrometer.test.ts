import { expect } from 'chai';
import { arrayValue } from '../../../src/common/values.js';
import { ChannelAccessServer } from '../../../src/epics/server/server.js';
import { searchAt } from '../../support/channel-access.js';
import { until } from '../../support/until.js';
import { cameraChannels, namesOf, numberOf, withRig } from './rig.js';

const CENTER = 7015.775;

/** The check of `processing.md` 10.2. */
function spectrumImage() {
  const pixels = new Uint16Array(40 * 120);
  for (let y = 0; y < 40; y += 1) {
    for (let x = 0; x < 120; x += 1) {
      pixels[120 * y + x] = Math.floor(28800 / (8 + (x - 63) ** 2)) + ((7 * x + 13 * y) % 5);
    }
  }
  return arrayValue(pixels, [40, 120]);
}

describe('pipeline instance with the function psss', () => {
  let restoreEnvironment: () => void;
  let ioc: ChannelAccessServer;

  beforeEach(async () => {
    ioc = new ChannelAccessServer();
    ioc.add('cam:SPC_ROI_YMIN', 'LONG', [5]);
    ioc.add('cam:SPC_ROI_YMAX', 'LONG', [30]);
    ioc.add('cam:SPECTRUM_Y', 'DOUBLE', new Float64Array(120), { isWritable: true });
    for (const name of ['CENTER', 'FWHM', 'COM', 'STD']) {
      ioc.add(`cam:SPECTRUM_${name}`, 'DOUBLE', [0], { isWritable: true });
    }
    restoreEnvironment = searchAt(await ioc.start());
  });

  afterEach(async () => {
    await ioc.stop();
    restoreEnvironment();
  });

  it('takes rows and axis from process variables, publishes the spectrum, and writes it there', async () => {
    // without block: only the first message is received, and the instance must go on
    await withRig({ function: 'psss', pixel_bkg: 1.5, block: false }, async (rig) => {
      const image = cameraChannels(spectrumImage());
      await rig.camera.send(1, image);
      await until(() => rig.logs().includes('Energy axis not connected'));
      // over the same connection, so that the rows are known before the axis
      await until(() => ioc.monitors === 2);
      const axis = Float64Array.from({ length: 150 }, (_, index) => 7000 + 0.25 * index);
      ioc.add('cam:SPECTRUM_X', 'DOUBLE', axis);
      let isReceived = false;
      const first = rig.receive(1).finally(() => {
        isReceived = true;
      });
      let pulseId = 2;
      for (; !isReceived; pulseId += 1) {
        await rig.camera.send(pulseId, image);
        await pause(20);
      }
      const [message] = await first;
      expect(namesOf(message!)).to.deep.equal(
        [
          'processing_parameters',
          ...['Y', 'X', 'CENTER', 'FWHM', 'COM', 'STD'].map((name) => `SPECTRUM_${name}`),
        ].map((name) => `cam:${name}`),
      );
      expect(message!.channel('cam:processing_parameters')!.decode()).to.equal(
        '{"roi": [5, 30], "background": null}',
      );
      expect(numberOf(message!, 'cam:SPECTRUM_CENTER')).to.be.closeTo(CENTER, 1e-3);
      const written = (name: string): number =>
        (ioc.valueOf(`cam:SPECTRUM_${name}`) as { data: Float64Array }).data[0]!;
      // variables are connected one after the other, and what is not connected yet is left out
      for (; !['Y', 'CENTER', 'FWHM', 'COM', 'STD'].every((name) => written(name) !== 0); pulseId += 1) {
        await rig.camera.send(pulseId, image);
        await pause(20);
      }
      expect(written('CENTER')).to.equal(numberOf(message!, 'cam:SPECTRUM_CENTER'));
      expect(written('STD')).to.equal(numberOf(message!, 'cam:SPECTRUM_STD'));
    });
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
