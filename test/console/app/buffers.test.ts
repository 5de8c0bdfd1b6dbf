import { expect } from 'chai';
import { doubleCameras, readBuffers, storedStreams } from '../../../src/console/app/core/buffers.js';
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
});
