import { expect } from 'chai';
import {
  formatOverlays,
  MOST_OVERLAYS,
  overlayName,
  parseOverlays,
} from '../../../src/console/app/core/own-overlays.js';

describe('marks of the user', () => {
  it('are kept in the address', () => {
    const overlays = [
      { x: 'x_rms', y: 'y_rms' },
      { x: 'slit', y: null },
      { x: null, y: 'line' },
    ];
    expect(formatOverlays(overlays)).to.equal('x_rms,y_rms;slit,;,line');
    expect(parseOverlays(formatOverlays(overlays))).to.deep.equal(overlays);
    expect(overlays.map(overlayName)).to.deep.equal(['x_rms, y_rms', 'x = slit', 'y = line']);
  });

  it('are only those that make sense, and not too many', () => {
    expect(parseOverlays('')).to.deep.equal([]);
    expect(parseOverlays('one;,;a,b,c; x , y ')).to.deep.equal([{ x: 'x', y: 'y' }]);
    expect(parseOverlays('a,b;'.repeat(50))).to.have.length(MOST_OVERLAYS);
  });
});
