import { expect } from 'chai';
import fc from 'fast-check';
import { FrameGenerator } from '../../../src/camera/simulation/frames.js';
import {
  noiseState,
  simulateBeamNative,
  simulateBeamReference,
} from '../../../src/camera/simulation/kernel.js';

const generator = (): FrameGenerator => new FrameGenerator();
const options = { width: 128, height: 96, beam: true, dtype: 'uint16' } as const;

describe('camera/simulation', () => {
  it('gives the same pixels in C++ and in TypeScript', function () {
    const native = simulateBeamNative;
    if (native === null) return this.skip();
    const factors = fc.uint16Array({ maxLength: 80 });
    return fc.assert(
      fc.property(factors, factors, fc.integer(), (columns, rows, seed) => {
        const [stateA, stateB] = [noiseState(seed), noiseState(seed)];
        const pixelsA = new Uint16Array(columns.length * rows.length);
        const pixelsB = new Uint16Array(columns.length * rows.length);
        native(columns, rows, stateA, pixelsA);
        simulateBeamReference(columns, rows, stateB, pixelsB);
        expect(pixelsA).to.deep.equal(pixelsB);
        expect(stateA).to.deep.equal(stateB);
      }),
    );
  });

  it('shows a spot in the middle, noise around it, and 0.9 of the range at most', () => {
    const pixels = generator().next(options) as Uint16Array;
    const central = Array.from({ length: 12 }, (_, row) =>
      Array.from(pixels.subarray((42 + row) * options.width + 56, (42 + row) * options.width + 72)),
    ).flat();
    expect(central.filter((value) => value > 30_000).length).to.be.within(2, 40);
    const floor = Array.from(pixels.subarray(0, 20 * options.width)).sort((a, b) => a - b);
    expect(floor[Math.floor(floor.length / 2)]).to.be.within(2900, 3600);
    expect(pixels.reduce((a, b) => Math.max(a, b))).to.equal(58_981);
  });

  it('has no spot when only raw noise is wanted', () => {
    const pixels = generator().next({ ...options, beam: false }) as Uint16Array;
    const bright = pixels.filter((value) => value > 6553);
    expect(bright.every((value) => value === 58_981)).to.equal(true);
    expect(bright.length).to.be.within(80, 100);
  });

  it('draws each frame anew into memory of its own and keeps the dead pixels', () => {
    const frames = generator();
    const dead = (pixels: Uint16Array): number[] =>
      Array.from(pixels.keys()).filter((position) => pixels[position] === 58_981);
    const raw = { ...options, beam: false };
    const first = frames.next(raw) as Uint16Array;
    const second = frames.next(raw) as Uint16Array;
    expect(first).to.not.deep.equal(second);
    expect(dead(first)).to.deep.equal(dead(second));
    const resized = frames.next({ ...raw, width: 64, height: 30 });
    expect(resized.length).to.equal(64 * 30);
  });

  it('saturates in types that cannot hold the value, and never wraps', () => {
    for (const [dtype, limit] of [
      ['int16', 32_767],
      ['uint8', 255],
      ['int8', 127],
    ] as const) {
      const pixels = Array.from(generator().next({ ...options, dtype }), Number);
      expect(Math.max(...pixels), dtype).to.equal(limit);
      expect(Math.min(...pixels), dtype).to.be.at.least(0);
    }
    expect(generator().next({ ...options, dtype: 'float32' })).to.be.instanceOf(Float32Array);
    expect(generator().next({ ...options, dtype: 'uint64' })).to.be.instanceOf(BigUint64Array);
  });
});
