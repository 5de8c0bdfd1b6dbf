import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { Pacer } from '../../src/camera/pacing.js';

describe('camera/pacing', () => {
  it('has its first turn at once, and no others to catch up then', async () => {
    const pacer = new Pacer(() => 0.01);
    const stop = new AbortController();
    expect(await pacer.next(stop.signal)).to.equal(true);
    const second = pacer.next(stop.signal);
    stop.abort();
    expect(await second).to.equal(false);
  });

  it('takes a new rate while it waits', async () => {
    let rate = 0.001;
    const pacer = new Pacer(() => rate);
    const { signal } = new AbortController();
    await pacer.next(signal);
    const waiting = pacer.next(signal);
    rate = 1000;
    expect(await waiting).to.equal(true);
  });

  it('catches up after a delay, turn by turn, without drift', async () => {
    const pacer = new Pacer(() => 100);
    const { signal } = new AbortController();
    const start = performance.now();
    await pacer.next(signal);
    await setTimeout(100);
    let turns = 1;
    while (turns < 20 && (await pacer.next(signal))) turns += 1;
    // twenty turns take nineteen periods, however late the first ones were; never less
    expect(performance.now() - start).to.be.at.least(189);
  });
});
