import { expect } from 'chai';
import fc from 'fast-check';
import { BUFFERS, dependencyMap } from '../../../src/console/app/core/dependency-map.js';
import type { InstanceRecord, JsonRecord } from '../../../src/console/app/core/plant.js';
import { readInstance } from '../../../src/console/app/core/plant-reader.js';

const pipeline = (instance: string, more: JsonRecord = {}): InstanceRecord =>
  readInstance('pipelines', { instance, mode: 'PUB', ...more }, 0);

const PLANT = [
  readInstance('cameras', { instance: 'cam', camera: 'cam' }, 0),
  pipeline('a', { camera: 'cam' }),
  pipeline('b', { camera: 'other' }),
  pipeline('joined', { inputs: ['a', 'b'] }),
  pipeline('pushed', { camera: 'cam', mode: 'PUSH' }),
  pipeline('writes', { camera: 'cam', output: 'stopped' }),
];

describe('the map of dependencies', () => {
  const map = dependencyMap(PLANT, '');
  const node = (key: string) => map.nodes.find((entry) => entry.key === key);

  it('leads from cameras over pipelines to what reads from them, and to the buffers', () => {
    expect(map.edges).to.deep.include.members([
      { from: 'cameras/cam', to: 'pipelines/a' },
      { from: 'cameras/other', to: 'pipelines/b' },
      { from: 'pipelines/a', to: 'pipelines/joined' },
      { from: 'pipelines/b', to: 'pipelines/joined' },
      { from: 'pipelines/pushed', to: BUFFERS },
      { from: 'pipelines/writes', to: 'pipelines/stopped' },
    ]);
    expect(map.edges).to.have.length(8);
    expect(['cameras/cam', 'pipelines/a', 'pipelines/joined'].map((key) => node(key)?.column)).to.deep.equal([
      0, 1, 2,
    ]);
  });

  it('has what is only named, without state', () => {
    expect(node('cameras/cam')?.instance?.name).to.equal('cam');
    expect(node('cameras/other')?.instance).to.equal(null);
    expect(node('pipelines/stopped')).to.include({ name: 'stopped', instance: null, kind: 'pipeline' });
  });

  it('shows for one of them what it depends on and what depends on it', () => {
    const keys = dependencyMap(PLANT, 'pipelines/a').nodes.map(({ key }) => key);
    expect(keys).to.have.members(['cameras/cam', 'pipelines/a', 'pipelines/joined']);
    expect(dependencyMap(PLANT, 'pipelines/unknown').nodes).to.have.length(map.nodes.length);
  });

  it('puts no two into one place, and nothing left of what it reads, also in circles', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const references = fc.uniqueArray(fc.tuple(names, fc.array(names, { maxLength: 2 })), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(references, (list) => {
        const { nodes } = dependencyMap(
          list.map(([name, inputs]) => pipeline(name, { inputs, camera: 'cam' })),
          '',
        );
        const places = nodes.map(({ column, row }) => `${column} ${row}`);
        expect(new Set(places).size).to.equal(nodes.length);
        for (const { column } of nodes) expect(column).to.be.at.most(nodes.length);
      }),
    );
  });
});
