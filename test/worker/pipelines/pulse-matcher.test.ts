import { expect } from 'chai';
import fc from 'fast-check';
import { PulseMatcher } from '../../../src/worker/pipelines/pulse-matcher.js';

function createRig(limits: { images?: number; data?: number; imageBytes?: number } = {}) {
  const dropped: string[] = [];
  const matched: string[] = [];
  const matcher = new PulseMatcher<string, string>({
    images: 1000,
    data: 1000,
    imageBytes: 1e9,
    ...limits,
    dropped: (image, reason) => dropped.push(`${image} ${reason}`),
  });
  const note = (matches: { image: string; data: string }[]): void => {
    for (const { image, data } of matches) matched.push(`${image}+${data}`);
  };
  return {
    dropped,
    matched,
    matcher,
    image: (pulseId: number, bytes = 1) => note(matcher.pushImage(BigInt(pulseId), `i${pulseId}`, bytes)),
    data: (pulseId: number) => note(matcher.pushData(BigInt(pulseId), `d${pulseId}`)),
  };
}

describe('pulse matcher', () => {
  it('matches images with messages of every second pulse and drops the others', () => {
    const { image, data, matched, dropped } = createRig();
    for (let pulseId = 1; pulseId <= 6; pulseId += 1) {
      image(pulseId);
      if (pulseId % 2 === 0) data(pulseId);
    }
    expect(matched).to.deep.equal(['i2+d2', 'i4+d4', 'i6+d6']);
    expect(dropped).to.deep.equal(['i1 unmatched', 'i3 unmatched', 'i5 unmatched']);
  });

  it('matches at once when the image comes later than its message', () => {
    const { image, data, matched } = createRig();
    for (const pulseId of [5, 6]) data(pulseId);
    for (const pulseId of [5, 6]) image(pulseId);
    expect(matched).to.deep.equal(['i5+d5', 'i6+d6']);
  });

  it('keeps a matched message for another image of the same pulse', () => {
    const { image, data, matched } = createRig();
    data(5);
    image(5);
    image(5);
    expect(matched).to.deep.equal(['i5+d5', 'i5+d5']);
  });

  it('drops the oldest image when too many wait, by number or by size', () => {
    const byNumber = createRig({ images: 2 });
    for (const pulseId of [1, 2, 3]) byNumber.image(pulseId);
    expect(byNumber.dropped).to.deep.equal(['i1 queue_full']);
    const bySize = createRig({ imageBytes: 100 });
    for (const pulseId of [1, 2, 3]) bySize.image(pulseId, 60);
    expect(bySize.dropped).to.deep.equal(['i1 queue_full', 'i2 queue_full']);
    expect(bySize.matcher.clear()).to.deep.equal(['i3']);
  });

  it('forgets the oldest message when too many wait', () => {
    const { image, data, matched } = createRig({ data: 1 });
    for (const pulseId of [1, 2]) data(pulseId);
    for (const pulseId of [1, 2]) image(pulseId);
    expect(matched).to.deep.equal(['i2+d2']);
  });

  it('matches all common pulses in order, however two growing streams interleave', () => {
    const step = fc.record({ isImage: fc.boolean(), gap: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { image, data, matched, dropped, matcher } = createRig();
        const images: number[] = [];
        const messages: number[] = [];
        for (const { isImage, gap } of steps) {
          const sequence = isImage ? images : messages;
          sequence.push((sequence.at(-1) ?? 0) + gap);
          (isImage ? image : data)(sequence.at(-1)!);
        }
        const common = images.filter((pulseId) => messages.includes(pulseId));
        expect(matched).to.deep.equal(common.map((pulseId) => `i${pulseId}+d${pulseId}`));
        expect(matched.length + dropped.length + matcher.clear().length).to.equal(images.length);
      }),
    );
  });
});
