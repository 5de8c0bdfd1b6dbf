import { expect } from 'chai';
import {
  csvLine,
  formatBytes,
  formatDuration,
  formatHertz,
  formatInteger,
  formatNumber,
  formatPercent,
  formatShape,
} from '../../../src/console/app/core/format.js';

describe('numbers of the console', () => {
  it('have units in powers of 1000 and three digits', () => {
    expect(formatBytes(0)).to.equal('0 B');
    expect(formatBytes(999)).to.equal('999 B');
    expect(formatBytes(1000)).to.equal('1.00 kB');
    expect(formatBytes(44_800_000)).to.equal('44.8 MB');
    expect(formatBytes(999_999)).to.equal('1.00 MB');
    expect(formatBytes(10_200_000_000)).to.equal('10.2 GB');
  });

  it('are a dash when missing', () => {
    for (const format of [
      formatBytes,
      formatHertz,
      formatPercent,
      formatInteger,
      formatDuration,
      formatNumber,
    ]) {
      expect(format(null)).to.equal('–');
      expect(format(Number.NaN)).to.equal('–');
    }
  });

  it('show rates and shares', () => {
    expect(formatHertz(5)).to.equal('5.00 Hz');
    expect(formatHertz(46.84)).to.equal('46.8 Hz');
    expect(formatHertz(100)).to.equal('100 Hz');
    expect(formatPercent(491.3)).to.equal('491 %');
    expect(formatPercent(0.52)).to.equal('0.5 %');
  });

  it('group digits', () => {
    expect(formatInteger(1_234_567)).to.equal('1 234 567');
    expect(formatInteger(999)).to.equal('999');
  });

  it('show durations by their two largest units', () => {
    expect(formatDuration(400)).to.equal('0.4 s');
    expect(formatDuration(40_000)).to.equal('40 s');
    expect(formatDuration(725_000)).to.equal('12 min 5 s');
    expect(formatDuration(3 * 86_400_000 + 2 * 3_600_000)).to.equal('3 d 2 h');
    expect(formatDuration(86_400_000)).to.equal('1 d');
  });

  it('show measured values with five digits', () => {
    expect(formatNumber(-539.7123)).to.equal('-539.71');
    expect(formatNumber(546_040.38)).to.equal('546040');
    expect(formatNumber(4.85e7)).to.equal('4.850e7');
    expect(formatNumber(0)).to.equal('0');
    expect(formatNumber(0.000_012)).to.equal('1.200e-5');
    expect(formatNumber(true)).to.equal('true');
  });

  it('show the shape of frames', () => {
    expect(formatShape('1280x960x2')).to.equal('1280 × 960');
    expect(formatShape(null)).to.equal('–');
  });

  it('quote what CSV needs quoted', () => {
    expect(csvLine(['a', 1, null, 'b,"c"\nd'])).to.equal('a,1,,"b,""c""\nd"');
  });
});
