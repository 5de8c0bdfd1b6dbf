import { expect } from 'chai';
import {
  doubleCameras,
  groupsOf,
  isWanted,
  lastReconnects,
  readBuffers,
  storedStreams,
} from '../../../src/console/app/core/buffers.js';
import type { InstanceRecord } from '../../../src/console/app/core/plant.js';

const pushed = (name: string, camera: string, mode: 'PUSH' | 'PUB' = 'PUSH'): InstanceRecord =>
  ({ name, camera, mode, streamAddress: `tcp://host:${name.length}` }) as unknown as InstanceRecord;

describe('streams of buffers in the console', () => {
  const instances = [pushed('zwei', 'CAM'), pushed('drei!', 'CAM'), pushed('public', 'CAM', 'PUB')];

  it('are the pushed ones by name, then those that only buffers know', () => {
    const buffers = readBuffers([
      { name: 'data', kind: 'dispatcher', sources: ['tcp://other:1', 'tcp://host:4'] },
    ]);
    expect(buffers[0]).to.include({ name: 'data', problem: null });
    const streams = storedStreams(instances, buffers);
    expect(streams.map(({ address }) => address)).to.deep.equal([
      'tcp://host:5',
      'tcp://host:4',
      'tcp://other:1',
    ]);
    expect(streams[2]!.instance).to.equal(null);
  });

  it('of one camera are told when a buffer would read two of them', () => {
    const streams = storedStreams(instances, []);
    expect(doubleCameras(streams, new Set(['tcp://host:4']))).to.deep.equal([]);
    expect(doubleCameras(streams, new Set(['tcp://host:4', 'tcp://host:5']))).to.deep.equal(['CAM']);
  });

  it('are found by name, camera, address and group', () => {
    const instance = { ...pushed('Zwei', 'CAM'), groups: ['laser', 'aramis'] };
    const [stream] = storedStreams([instance], []);
    const unknown = { address: 'tcp://other:1', instance: null };
    for (const words of ['', 'zwei', 'cam', 'host:4'])
      expect(isWanted(stream!, words, null), words).to.equal(true);
    expect(isWanted(stream!, 'drei', null)).to.equal(false);
    expect(isWanted(stream!, '', 'laser')).to.equal(true);
    expect(isWanted(stream!, '', 'athos')).to.equal(false);
    expect(isWanted(unknown, 'other', null)).to.equal(true);
    expect(isWanted(unknown, '', 'laser')).to.equal(false);
    expect(groupsOf([stream!, unknown])).to.deep.equal(['aramis', 'laser']);
  });

  it('tell when and by whom they were connected anew last', () => {
    const record = { target: 'tcp://host:4', details: 'data', result: 'ok' };
    const found = lastReconnects([
      { ...record, time: '2026-11-25T12:00:00Z', result: 'error' },
      { ...record, time: '2026-11-25T11:00:00Z', actor: 'otto' },
      { ...record, time: '2026-11-25T10:00:00Z', actor: 'ada' },
      { ...record, time: '2026-11-25T09:00:00Z', details: 'image', actor: null, address: '10.0.0.1' },
    ]);
    expect([...found]).to.deep.equal([
      ['data tcp://host:4', { time: Date.UTC(2026, 10, 25, 11), actor: 'otto' }],
      ['image tcp://host:4', { time: Date.UTC(2026, 10, 25, 9), actor: '10.0.0.1' }],
    ]);
  });
});
