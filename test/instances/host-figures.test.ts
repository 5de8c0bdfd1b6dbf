import { totalmem } from 'node:os';
import { expect } from 'chai';
import { HostFiguresReader } from '../../src/instances/host-figures.js';

describe('figures of the host', () => {
  it('has no rates at first, keeps them for quick pollers, and then shows plausible ones', async () => {
    const reader = new HostFiguresReader();
    const first = reader.read();
    expect(first).to.include({ cpu: null, tx: null, rx: null });
    expect(first.memory).to.be.within(1, totalmem());
    expect(reader.read()).to.include({ cpu: null, tx: null, rx: null });
    await new Promise((done) => setTimeout(done, 1050));
    const later = reader.read();
    expect(later.cpu).to.be.within(0, 100);
    for (const rate of [later.tx, later.rx]) if (process.platform === 'linux') expect(rate).to.be.at.least(0);
    expect(reader.read()).to.include({ cpu: later.cpu, tx: later.tx, rx: later.rx });
  });
});
