import { expect } from 'chai';
import { arrayValue, type ChannelValues } from '../../../src/common/values.js';
import { ChannelAccess } from '../../../src/epics/index.js';
import { ChannelAccessServer } from '../../../src/epics/server/server.js';
import { Spectrometer } from '../../../src/worker/functions/spectrometer.js';
import { searchAt } from '../../support/channel-access.js';
import { until } from '../../support/until.js';

const numbersOf = (value: unknown): number[] => Array.from((value as { data: Float64Array }).data, Number);

describe('worker/functions/spectrometer', () => {
  let restoreEnvironment: () => void;
  let ioc: ChannelAccessServer;
  let spectrometer: Spectrometer;
  let port: number;
  const warnings: string[] = [];

  async function startIoc(): Promise<void> {
    ioc = new ChannelAccessServer();
    ioc.add('S:SPC_ROI_YMIN', 'LONG', [5]);
    ioc.add('S:SPC_ROI_YMAX', 'DOUBLE', [30]);
    ioc.add('S:SPECTRUM_X', 'DOUBLE', [7000, 7000.25, 7000.5]);
    ioc.add('S:SPECTRUM_Y', 'FLOAT', new Float32Array(2), { isWritable: true });
    ioc.add('S:SPECTRUM_CENTER', 'DOUBLE', [0], { isWritable: true });
    ioc.add('S:SPECTRUM_FWHM', 'LONG', [0], { isWritable: true });
    ioc.add('S:SPECTRUM_COM', 'DOUBLE', [0]);
    port = await ioc.start(port);
  }

  beforeEach(async () => {
    port = 0;
    warnings.length = 0;
    await startIoc();
    restoreEnvironment = searchAt(port);
    spectrometer = new Spectrometer({ camera: 'S', warn: (text) => void warnings.push(text) });
  });

  afterEach(async () => {
    spectrometer.close();
    await ioc.stop();
    restoreEnvironment();
  });

  const results = (center: number): ChannelValues =>
    new Map<string, number | ReturnType<typeof arrayValue>>([
      ['S:SPECTRUM_Y', arrayValue(Float64Array.of(center, 2, 3))],
      ['S:SPECTRUM_CENTER', center],
      ['S:SPECTRUM_FWHM', 8.6],
      ['S:SPECTRUM_COM', 4],
      ['S:SPECTRUM_STD', Number.NaN],
    ]);

  it('has rows and axis from the control system; without it the last rows and no axis', async () => {
    expect([spectrometer.rowLimits, spectrometer.energyAxis]).to.deep.equal([[0, 0], null]);
    await until(() => spectrometer.energyAxis !== null && spectrometer.rowLimits[1] === 30);
    expect(spectrometer.rowLimits).to.deep.equal([5, 30]);
    expect(spectrometer.energyAxis).to.deep.equal(Float64Array.of(7000, 7000.25, 7000.5));
    ioc.set('S:SPC_ROI_YMIN', [7]);
    await until(() => spectrometer.rowLimits[0] === 7);
    await ioc.stop();
    await until(() => spectrometer.energyAxis === null);
    expect(spectrometer.rowLimits).to.deep.equal([7, 30]);
    await startIoc();
    await until(() => spectrometer.energyAxis !== null);
  });

  it('writes what there are variables for, in their type and length, and says once what cannot be written', async () => {
    await until(() => spectrometer.energyAxis !== null);
    let pulseId = 0n;
    // nothing is written before the variables are connected
    const isWritten = (name: string): boolean => numbersOf(ioc.valueOf(name))[0] !== 0;
    const written = ['S:SPECTRUM_Y', 'S:SPECTRUM_CENTER', 'S:SPECTRUM_FWHM'];
    while (!written.every(isWritten) || warnings.length === 0) {
      pulseId += 1n;
      spectrometer.publish(pulseId, results(9));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(numbersOf(ioc.valueOf('S:SPECTRUM_Y'))).to.deep.equal([9, 2]);
    expect(numbersOf(ioc.valueOf('S:SPECTRUM_FWHM'))).to.deep.equal([8]);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('Could not write S:SPECTRUM_COM: ');
  });

  it('gives up the oldest of more than five results, and those of an earlier pulse', async () => {
    await until(() => spectrometer.energyAxis !== null);
    const client = new ChannelAccess();
    const written: number[] = [];
    client.channel('S:SPECTRUM_CENTER').monitor(
      ({ value }) => void written.push(...numbersOf(value)),
      () => {},
    );
    for (let pulseId = 1; !written.includes(pulseId - 1) || pulseId === 1; pulseId += 1) {
      spectrometer.publish(BigInt(pulseId), results(pulseId));
      await until(() => written.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const before = written.length;
    for (let pulseId = 1001; pulseId <= 1007; pulseId += 1) {
      spectrometer.publish(BigInt(pulseId), results(pulseId));
      spectrometer.publish(BigInt(pulseId - 1), results(-1));
    }
    await until(() => written.includes(1007));
    client.close();
    expect(written.slice(before)).to.deep.equal([1003, 1004, 1005, 1006, 1007]);
  });

  it('warns once of what each frame says', () => {
    spectrometer.warn('Energy axis not connected');
    spectrometer.warn('Energy axis not connected');
    expect(warnings).to.deep.equal(['Energy axis not connected']);
  });
});
