import { expect } from 'chai';
import type { JsonRecord } from '../../../src/console/app/core/plant.js';
import { applyEvent, readCluster } from '../../../src/console/app/core/plant-reader.js';
import { highlightParts, matchesSearch, parseSearch } from '../../../src/console/app/core/search.js';

const NOW = 1_000_000;

const instance = (name: string, more: JsonRecord = {}): JsonRecord => ({
  instance: name,
  worker: 'host:8881',
  state: 'running',
  rule: 'Fresh statistics.',
  hint: null,
  statistics_age_ms: 900,
  mode: 'PUB',
  type: 'processing',
  camera: 'simulation',
  group: ['Simulation'],
  permanent: false,
  read_only: false,
  started: '2026-11-25T08:59:00.000Z',
  statistics: { rx: 10, tx: 9.5, received: 100, clients: 1, dropped: { 'no free slot': 2 } },
  ...more,
});

const cluster = (): JsonRecord => ({
  state: 'ok',
  manager: {
    role: 'manager',
    version: '6.0.0',
    started: '2026-11-25T08:00:00.000Z',
    url: 'http://host:8889',
  },
  workers: [
    { worker: 'host:8881', url: 'http://host:8881', state: 'ok', version: '6.0.0', cpu: 12, age_ms: 300 },
  ],
  instances: [instance('a'), instance('b', { permanent: true, mode: 'PUSH', state: 'blocked' })],
  permanent: [],
  alarms: [],
});

describe('the plant in the console', () => {
  it('is read from a snapshot, with ages as moments of the own clock', () => {
    const state = readCluster('pipelines', cluster(), NOW);
    expect(state.manager).to.include({ role: 'manager', version: '6.0.0', problem: null });
    expect(state.workers.get('host:8881')).to.include({ cpu: 12, reachable: true, heardAt: NOW - 300 });
    const first = state.instances.get('a')!;
    expect(first).to.include({
      key: 'pipelines/a',
      renewedAt: NOW - 900,
      permanent: false,
      pipelineType: 'processing',
    });
    expect(first.health).to.deep.equal({ state: 'running', rule: 'Fresh statistics', hint: null });
    expect(first.statistics.dropped).to.deep.equal({ 'no free slot': 2 });
  });

  it('survives answers with missing and unknown members', () => {
    const state = readCluster(
      'cameras',
      { instances: [{ instance: 'x', state: 'dancing' }], workers: [{}] },
      NOW,
    );
    expect(state.instances.get('x')?.health.state).to.equal('unknown');
    expect(state.instances.get('x')?.statistics.rx).to.equal(null);
  });

  it('takes events over and changes nothing that it was given', () => {
    const before = readCluster('pipelines', cluster(), NOW);
    const later = applyEvent(before, 'instances', { upsert: [instance('c')], removed: ['a'] }, NOW + 1000);
    expect([...later.instances.keys()].sort()).to.deep.equal(['b', 'c']);
    expect([...before.instances.keys()]).to.deep.equal(['a', 'b']);
  });

  it('renews statistics of known instances only', () => {
    const before = readCluster('pipelines', cluster(), NOW);
    const figures = { statistics_age_ms: 100, viewers: 2, statistics: { rx: 20, tx: 20 } };
    const later = applyEvent(before, 'statistics', { instances: { a: figures, ghost: figures } }, NOW + 5000);
    expect(later.instances.get('a')).to.include({ renewedAt: NOW + 4900, viewers: 2, camera: 'simulation' });
    expect(later.instances.get('a')?.statistics.rx).to.equal(20);
    expect(later.instances.has('ghost')).to.equal(false);
  });

  it('renews the figures of workers, and keeps what an event does not tell', () => {
    const before = readCluster('pipelines', cluster(), NOW);
    const later = applyEvent(
      before,
      'worker_figures',
      { workers: { 'host:8881': { cpu: 50, age_ms: 0 } } },
      NOW + 1000,
    );
    expect(later.workers.get('host:8881')).to.include({ cpu: 50, version: '6.0.0', heardAt: NOW + 1000 });
    expect(applyEvent(before, 'heartbeat', {}, NOW)).to.equal(before);
  });

  it('says why a manager is not reached', () => {
    const before = readCluster('pipelines', cluster(), NOW);
    const later = applyEvent(before, 'cluster', { state: 'unreachable', error: 'refused', alarms: [] }, NOW);
    expect(later.manager.problem).to.equal('refused');
    expect(later.instances.size).to.equal(2);
  });
});

describe('the search', () => {
  const state = readCluster('pipelines', cluster(), NOW);
  const names = (text: string): string[] =>
    [...state.instances.values()]
      .filter((entry) => matchesSearch(entry, parseSearch(text)))
      .map((entry) => entry.name);

  it('finds words in names, and tokens in their fields', () => {
    expect(names('')).to.deep.equal(['a', 'b']);
    expect(names('A')).to.deep.equal(['a']);
    expect(names('state:blocked')).to.deep.equal(['b']);
    expect(names('state:alarm')).to.deep.equal(['b']);
    expect(names('permanent:yes')).to.deep.equal(['b']);
    expect(names('permanent:no')).to.deep.equal(['a']);
    expect(names('mode:push camera:sim')).to.deep.equal(['b']);
    expect(names('group:simul type:proc server:8881')).to.deep.equal(['a', 'b']);
    expect(names('a state:blocked')).to.deep.equal([]);
  });

  it('takes an unknown token as a word', () => {
    expect(parseSearch('colour:red').words).to.deep.equal(['colour:red']);
  });

  it('marks what it found', () => {
    expect(highlightParts('simulation_sp', ['sim', 'sp'])).to.deep.equal([
      { text: 'sim', found: true },
      { text: 'ulation_', found: false },
      { text: 'sp', found: true },
    ]);
    expect(highlightParts('abc', [])).to.deep.equal([{ text: 'abc', found: false }]);
  });
});
