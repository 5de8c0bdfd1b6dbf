import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { imageAnswer } from '../../../src/common/image-answer.js';
import { type Frame, frameFile } from '../../../src/console/server/frame-file.js';
import { Hdf5File } from '../../../src/hdf5/index.js';

describe('a file of frames', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const never = new AbortController().signal;

  function frame(pulseId: number, columns = 3): Frame {
    const pixels = Uint16Array.from({ length: 2 * columns }, (_, index) => pulseId * 10 + index);
    const { result, data } = imageAnswer({ type: 'uint16', shape: [2, columns], data: pixels });
    const scalars = { intensity: pulseId / 2, name: 'text', width: null };
    return { result: { ...result, pulse_id: pulseId, timestamp: 1000 + pulseId, scalars }, data };
  }

  function from(...frames: Frame[]): () => Promise<Frame> {
    let at = 0;
    return async () => frames[Math.min(at++, frames.length - 1)]!;
  }

  it('has one row per message, and each message once', async () => {
    const path = join(folder, 'frames.h5');
    writeFileSync(path, await frameFile(3, from(frame(5), frame(5), frame(6), frame(4), frame(9)), never));
    const file = await Hdf5File.open(path);
    try {
      const image = await file.dataset('image');
      expect(image.rows).to.equal(3);
      expect([...((await image.read(2)) as Uint16Array)]).to.deep.equal([90, 91, 92, 93, 94, 95]);
      const pulses = (await (await file.dataset('pulse_id')).read(0, 3)) as BigInt64Array;
      expect([...pulses]).to.deep.equal([5n, 6n, 9n]);
      expect([...((await (await file.dataset('intensity')).read(0, 3)) as Float64Array)]).to.deep.equal([
        2.5, 3, 4.5,
      ]);
      expect(await file.has('name')).to.equal(false);
    } finally {
      await file.close();
    }
  });

  it('is refused when the images change', async () => {
    const error = await frameFile(2, from(frame(1), frame(2, 4)), never).catch((reason) => reason);
    expect(error.message).to.contain('changed their type or shape');
  });

  it('is refused when it would be too large', async () => {
    const data = new Uint8Array(2 * 1024 * 1024);
    const large: Frame = { result: { pulse_id: 1, timestamp: 1, type: 'uint8', shape: [1024, 2048] }, data };
    const error = await frameFile(1000, from(large), never).catch((reason) => reason);
    expect(error.message).to.equal('1000 images are too many for one file; of this size it takes 256.');
  });

  it('ends when nobody waits for it any more', async () => {
    const controller = new AbortController();
    const next = async (): Promise<Frame> => {
      controller.abort(new Error('left'));
      return frame(1);
    };
    const error = await frameFile(2, next, controller.signal).catch((reason) => reason);
    expect(error.message).to.equal('left');
  });
});
