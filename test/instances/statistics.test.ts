import { expect } from 'chai';
import { createCounters } from '../../src/instances/counters.js';
import { sampleStatistics } from '../../src/instances/host-statistics.js';
import type { Supervisor } from '../../src/instances/index.js';
import { formatStatistics } from '../../src/instances/statistics.js';
import { until } from '../support/until.js';
import { createSupervisor, specification } from './support.js';

const NO_USAGE = { cpu: null, memory: null };

describe('statistics', () => {
  it('have the form of the contract', () => {
    const live = createCounters();
    sampleStatistics(live, 10);
    Object.assign(live, { received: 123, sent: 61, bytesReceived: 5000, clients: '2 + 1', headerChanges: 2 });
    live.frameShape = '1280x960x2';
    live.dropped.full = 4;
    const statistics = formatStatistics(sampleStatistics(live, 12), 77, { cpu: 99.5, memory: 1000 });
    expect(statistics.time).to.match(/^\d\d:\d\d:\d\d$/);
    expect({ ...statistics, time: '' }).to.deep.equal({
      total_bytes: 5000,
      clients: '2 + 1',
      throughput: 2500,
      time: '',
      rx: '61.50Hz - 123',
      tx: '30.50Hz - 61',
      pid: '77',
      cpu: 99.5,
      memory: 1000,
      header_changes: 2,
      frame_shape: '1280x960x2',
      dropped: { full: 4 },
    });
  });

  it('before the first window have no time and no shape', () => {
    const statistics = formatStatistics(null, null, NO_USAGE);
    expect(statistics).to.include({ time: '', pid: '', rx: '0.00Hz - 0', clients: 0 });
    expect(statistics).not.to.have.property('frame_shape');
  });

  it('fall to zero when the source stops', () => {
    const live = createCounters();
    sampleStatistics(live, 0);
    live.received = 10;
    expect(sampleStatistics(live, 1).receiveRate).to.equal(10);
    expect(sampleStatistics(live, 2).receiveRate).to.equal(0);
  });

  it('keep their rates through a window that is too short', () => {
    const live = createCounters();
    sampleStatistics(live, 0);
    live.sent = 20;
    expect(sampleStatistics(live, 2).sendRate).to.equal(10);
    live.sent = 21;
    const last = sampleStatistics(live, 2.1);
    expect([last.sendRate, last.sent]).to.deep.equal([10, 21]);
  });

  describe('of a running instance', () => {
    let supervisor: Supervisor;
    afterEach(() => supervisor.close());

    it('come by the clock, with cpu and memory of its process', async () => {
      supervisor = await createSupervisor();
      const instance = await supervisor.start('one', () => specification('one', 'wait'));
      await until(() => instance.statistics.time !== '' && instance.statistics.memory !== null);
      const { rx, pid, memory, cpu, dropped, frame_shape } = instance.statistics;
      expect({ rx, pid, dropped, frame_shape }).to.deep.equal({
        rx: '0.00Hz - 3'.replace('0.00', rx.split('Hz')[0]!),
        pid: String(instance.pid),
        dropped: { full: 2 },
        frame_shape: '4x3x2',
      });
      expect(memory).to.be.greaterThan(1e6);
      expect(cpu).to.be.a('number');
    });

    it('are complete after its end', async () => {
      supervisor = await createSupervisor();
      const instance = await supervisor.start('one', () => specification('one', 'wait'));
      await supervisor.stop('one');
      expect(instance.lastSample).to.deep.include({ received: 3, dropped: { full: 2 } });
    });
  });
});
