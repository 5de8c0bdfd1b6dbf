import { expect } from 'chai';
import { chooseSharpness, readViewerSettings } from '../../../src/console/server/viewer-settings.js';

const IMAGE = [1280, 960] as const;
const view = { width: 1080, height: 810, fit: 'outside', rate: 5 };

describe('sharpness of the live view', () => {
  it('takes 16 bits and all pixels while they pass', () => {
    const settings = readViewerSettings({ ...view, bit_rate: 100_000_000 });
    expect(chooseSharpness(settings, IMAGE)).to.deep.equal({
      encoding: 'uint16',
      fit: 'outside',
      isCoarser: false,
    });
  });

  it('gives up bits first, then pixels', () => {
    const at = (bit_rate: number) => chooseSharpness(readViewerSettings({ ...view, bit_rate }), IMAGE);
    expect(at(60_000_000)).to.deep.equal({ encoding: 'uint8', fit: 'outside', isCoarser: false });
    expect(at(20_000_000)).to.deep.equal({ encoding: 'uint8', fit: 'inside', isCoarser: true });
  });

  it('begins with the best while the image is not known', () => {
    expect(chooseSharpness(readViewerSettings(view), null)).to.include({
      encoding: 'uint16',
      isCoarser: false,
    });
  });

  it('gives up nothing that was not asked for', () => {
    const settings = readViewerSettings({ ...view, fit: 'inside', encoding: 'uint16', bit_rate: 100_000 });
    expect(chooseSharpness(settings, IMAGE)).to.deep.equal({
      encoding: 'uint16',
      fit: 'inside',
      isCoarser: false,
    });
  });
});
