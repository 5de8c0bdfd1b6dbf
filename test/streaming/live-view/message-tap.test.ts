import { expect } from 'chai';
import { MessageTap, type TappedMessage } from '../../../src/streaming/live-view/index.js';

const MESSAGE: TappedMessage = {
  pulseId: 1n,
  timestamp: { seconds: 1n, nanoseconds: 0n },
  definitions: [],
  values: [],
};

describe('MessageTap', () => {
  it('gives everybody who waits the next message, once', async () => {
    const tap = new MessageTap();
    const both = Promise.all([tap.next(10_000), tap.next(10_000)]);
    expect(tap.isWanted).to.equal(true);
    tap.observe(MESSAGE);
    expect(await both).to.deep.equal([MESSAGE, MESSAGE]);
    expect(tap.isWanted).to.equal(false);
  });

  it('gives null when no message comes in time', async () => {
    expect(await new MessageTap().next(1)).to.equal(null);
  });

  it('tells since when nobody uses an instance: neither clients nor viewers', async () => {
    const tap = new MessageTap();
    expect(tap.unusedSince(7)).to.equal(7);
    expect(tap.unusedSince(null)).to.equal(null);
    const looking = tap.next(10_000);
    expect(tap.unusedSince(7)).to.equal(null);
    tap.observe(MESSAGE);
    await looking;
    // for a while after the last look
    expect(tap.unusedSince(7)).to.equal(null);
    expect(tap.unusedSince(null)).to.equal(null);
  });
});
