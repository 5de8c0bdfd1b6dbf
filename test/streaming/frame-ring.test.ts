import { expect } from 'chai';
import { changeSlotState, FrameRing } from '../../src/streaming/frame-ring.js';

const ring = (options: Partial<ConstructorParameters<typeof FrameRing>[0]> = {}): FrameRing =>
  new FrameRing({ slots: 3, maximumBytes: 1000, minimumSlots: 1, keptSlots: 3, ...options });

describe('frame ring', () => {
  it('gives out each slot once and reuses its memory', () => {
    const frames = ring();
    const slots = [frames.acquire(100)!, frames.acquire(100)!, frames.acquire(100)!];
    expect(new Set(slots.map((slot) => slot.index)).size).to.equal(3);
    expect(frames.acquire(100)).to.equal(null);
    frames.release(slots[1]!);
    expect(frames.acquire(50)!.memory).to.equal(slots[1]!.memory);
    expect(frames.bytes).to.equal(300);
  });

  it('grows a slot when the frames become larger', () => {
    const frames = ring();
    frames.release(frames.acquire(100)!);
    expect(frames.acquire(400)!.memory.byteLength).to.equal(400);
    expect(frames.bytes).to.equal(400);
  });

  it('keeps to its memory, except for the slots that it must have', () => {
    const frames = ring({ minimumSlots: 2 });
    expect(frames.acquire(900)).not.to.equal(null);
    expect(frames.acquire(900)).not.to.equal(null);
    expect(frames.acquire(900)).to.equal(null);
  });

  it('gives the memory of slots back that it does not need', () => {
    const frames = ring({ keptSlots: 1 });
    const slots = [frames.acquire(100)!, frames.acquire(100)!, frames.acquire(100)!];
    for (const slot of slots) frames.release(slot);
    expect(frames.bytes).to.equal(100);
    expect(frames.freeSlots).to.equal(3);
  });

  it('refuses a transition by somebody who does not own the slot', () => {
    const frames = ring();
    const slot = frames.acquire(10)!;
    changeSlotState(frames.states, slot.index, 'filled', 'processing');
    expect(() => changeSlotState(frames.states, slot.index, 'filled', 'processing')).to.throw(
      'is processing, it should be filled',
    );
    changeSlotState(frames.states, slot.index, 'processing', 'done');
    frames.release(slot);
    expect(() => frames.release(slot)).to.throw('released twice');
  });
});
