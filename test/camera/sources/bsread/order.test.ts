import { expect } from 'chai';
import fc from 'fast-check';
import { CameraFailure } from '../../../../src/camera/failure.js';
import { areAligned, PulseRanges, StartBarrier } from '../../../../src/camera/sources/bsread/alignment.js';
import { FormatWatch } from '../../../../src/camera/sources/bsread/format-watch.js';
import { PulseBuffer } from '../../../../src/camera/sources/bsread/pulse-buffer.js';

const pulse = (id: number) => ({ pulseId: BigInt(id) });

describe('camera/sources/bsread, order and alignment', () => {
  it('hands on in order, learns the step, and skips a gap when enough has come', () => {
    const buffer = new PulseBuffer({ size: 6, threshold: 0.5, connections: 2 });
    const take = (): number | null => {
      const message = buffer.take();
      return message === null ? null : Number(message.pulseId);
    };
    for (const id of [10, 12, 14]) buffer.add(pulse(id));
    expect(take()).to.equal(10);
    expect(take()).to.equal(null);
    buffer.add(pulse(16));
    expect([take(), take(), take()]).to.deep.equal([12, 14, 16]);
    buffer.add(pulse(20));
    expect(take()).to.equal(null);
    buffer.add(pulse(18));
    expect([take(), take()]).to.deep.equal([18, 20]);
  });

  it('gives up what comes too late, and the smallest when it is full', () => {
    const buffer = new PulseBuffer({ size: 2, threshold: 1, connections: 2 });
    for (const id of [5, 6]) expect(buffer.add(pulse(id))).to.equal(null);
    expect(buffer.add(pulse(7))!.pulseId).to.equal(5n);
    expect(buffer.take()!.pulseId).to.equal(6n);
    const late = pulse(6);
    expect(buffer.add(late)).to.equal(late);
  });

  it('is always in order, and loses nothing unsaid', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 100 });
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 10 }), (input, size) => {
        const buffer = new PulseBuffer({ size, threshold: 0.5, connections: 3 });
        const out: bigint[] = [];
        let lost = 0;
        for (const id of input) {
          if (buffer.add(pulse(id)) !== null) lost += 1;
          for (let next = buffer.take(); next !== null; next = buffer.take()) out.push(next.pulseId);
        }
        expect(out).to.deep.equal([...new Set(out)].sort((a, b) => (a < b ? -1 : 1)));
        const waiting = buffer.clear();
        expect(waiting.length).to.be.at.most(size);
        expect(out.length + lost + waiting.length).to.equal(input.length);
        expect(buffer.clear()).to.have.length(0);
      }),
    );
  });

  it('starts all connections at the same pulse', () => {
    const barrier = new StartBarrier(2);
    expect(barrier.admits(0, 10n)).to.equal(false);
    expect(barrier.admits(0, 12n)).to.equal(false);
    expect(barrier.admits(1, 9n)).to.equal(false);
    expect(barrier.admits(1, 11n)).to.equal(false);
    expect(barrier.admits(0, 14n)).to.equal(true);
    expect(barrier.admits(1, 13n)).to.equal(true);
    expect(new StartBarrier(1).admits(0, 1n)).to.equal(true);
  });

  it('judges alignment by step and distance', () => {
    const ranges = (...pairs: [number, number][]) => {
      const collected = new PulseRanges(pairs.length);
      pairs.forEach((ids, connection) => {
        for (const id of ids) collected.add(connection, BigInt(id));
      });
      return collected.ranges;
    };
    expect(areAligned(ranges([1, 3], [2, 4]), 0)).to.equal(true);
    expect(areAligned(ranges([1, 3], [21, 23]), 80)).to.equal(true);
    expect(areAligned(ranges([1, 3], [21, 23]), 40)).to.equal(false);
    expect(areAligned(ranges([1, 3], [4, 7]), 100)).to.equal(false);
    expect(areAligned([null, { previous: 1n, last: 100n }], 1)).to.equal(true);
  });

  it('gives up with exit code 5 after ten seconds without an image that fits', () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    let time = 0;
    const watch = new FormatWatch({ debug: write, info: write, warning: write, error: write }, () => time);
    watch.failed();
    time = 10_000;
    watch.failed();
    watch.fitted();
    time = 20_000;
    watch.failed();
    time = 30_001;
    expect(() => watch.failed())
      .to.throw(CameraFailure, 'Invalid image format timeout: stopping instance.')
      .with.property('exitCode', 5);
    expect(lines).to.deep.equal(['Invalid image format.', 'Image format ok.', 'Invalid image format.']);
  });
});
