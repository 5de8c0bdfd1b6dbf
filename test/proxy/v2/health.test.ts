import { expect } from 'chai';
import { type HealthFacts, healthOf } from '../../../src/proxy/v2/health.js';
import { modeOf, readStatistics, startTime } from '../../../src/proxy/v2/instance-records.js';

const well: HealthFacts = {
  processState: 'running',
  isPaused: false,
  statisticsAge: 900,
  rx: 10,
  tx: 10,
  isPush: false,
  clients: 0,
  isFile: false,
  lastError: null,
};

describe('proxy/v2/health', () => {
  const cases: [string, Partial<HealthFacts>][] = [
    ['running', {}],
    ['starting', { processState: 'starting', rx: 0 }],
    ['stopping', { processState: 'stopping' }],
    ['paused', { isPaused: true, rx: 0 }],
    ['no_input', { rx: 0, tx: 0 }],
    ['no_output', { tx: 0 }],
    ['running', { tx: 0, isFile: true }],
    ['processing_error', { lastError: { age: 1000, text: 'Bad background' } }],
    ['running', { lastError: { age: 61_000, text: 'long ago' } }],
    ['blocked', { isPush: true, statisticsAge: 60_000 }],
    ['blocked', { isPush: true, tx: 0 }],
    ['running', { isPush: true }],
    ['frozen', { isPush: true, clients: 1, statisticsAge: 60_000 }],
    ['frozen', { statisticsAge: 5001 }],
  ];
  for (const [state, facts] of cases) {
    it(`is ${state} with ${JSON.stringify(facts)}`, () => {
      const health = healthOf({ ...well, ...facts });
      expect(health.state).to.equal(state);
      expect(health.rule).to.not.equal('');
    });
  }

  it('says what to do where something is to be done', () => {
    expect(healthOf(well).hint).to.equal(null);
    expect(healthOf({ ...well, isPush: true, tx: 0 }).hint).to.match(/reconnect/i);
  });
});

describe('proxy/v2/instance records', () => {
  it('read the texts of the old statistics', () => {
    const read = readStatistics({
      clients: '2 + 1',
      rx: '9.98Hz - 123',
      tx: '0.00Hz - 7',
      cpu: null,
      pid: '12',
    });
    expect(read).to.include({ clients: 2, forwards: 1, rx: 9.98, received: 123, tx: 0, sent: 7, cpu: null });
    expect(readStatistics({})).to.include({ clients: null, rx: 0, received: 0, time: '', pid: '' });
  });

  it('tell the mode by the rule of the clients', () => {
    const mode = (config: object): string => modeOf('pipelines', { ...config });
    expect(mode({ pipeline_type: 'store', mode: 'PUB' })).to.equal('PUSH');
    expect(mode({ pipeline_type: 'fanout' })).to.equal('PUSH');
    expect(mode({ pipeline_type: 'fanout', mode: 'PULL' })).to.equal('PUB');
    expect(mode({ mode: 'push' })).to.equal('PUSH');
    expect(mode({})).to.equal('PUB');
    expect(modeOf('cameras', { pipeline_type: 'store' })).to.equal('PUB');
  });

  it('read start times with their zone', () => {
    expect(startTime('2025-03-20 14:43:34 UTC+0100')).to.equal('2025-03-20T13:43:34.000Z');
    expect(startTime('2025-03-20 14:43:34 UTC-0330')).to.equal('2025-03-20T18:13:34.000Z');
    expect(startTime(null)).to.equal(null);
    expect(startTime('soon')).to.equal(null);
  });
});
