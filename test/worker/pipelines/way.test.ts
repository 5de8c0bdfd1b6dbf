import { expect } from 'chai';
import { createWayChooser } from '../../../src/worker/pipelines/way.js';

/** Notes frames that come every `period` and take `duration` milliseconds. */
function judge(frames: number, period: number, duration: (frame: number) => number): string | null {
  const chooser = createWayChooser();
  for (let frame = 0; frame < frames; frame += 1) chooser.note(frame * period, duration(frame));
  return chooser.reason;
}

describe('choice of the way of frames', () => {
  it('stays on the main thread while frames are cheap', () => {
    expect(judge(1000, 10, () => 4)).to.equal(null);
  });

  it('leaves it when a frame takes more than half of the time', () => {
    expect(judge(1000, 10, () => 6)).to.equal('one frame takes 6.0 ms and they come every 10.0 ms');
  });

  it('does not leave it for a bunch of frames that were held up', () => {
    const chooser = createWayChooser();
    for (let frame = 0; frame < 1000; frame += 1) {
      const isHeldUp = frame % 300 < 60;
      chooser.note(frame * 10 - (isHeldUp ? 8 * (frame % 300) : 0), 2);
    }
    expect(chooser.reason).to.equal(null);
  });

  it('does not judge by the first frames or by a few slow ones', () => {
    expect(judge(1000, 10, (frame) => (frame < 20 ? 50 : 2))).to.equal(null);
    expect(judge(1000, 10, (frame) => (frame % 100 === 99 ? 20 : 2))).to.equal(null);
    expect(judge(1000, 10, (frame) => (frame % 3 === 0 ? 30 : 2))).to.equal(null);
  });
});
