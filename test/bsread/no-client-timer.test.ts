import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { NoClientTimer } from '../../src/bsread/index.js';

const TIMEOUT = 0.05;

describe('NoClientTimer', () => {
  let timer: NoClientTimer | null = null;
  let calls = 0;

  function start(idleSince: () => number | null): NoClientTimer {
    calls = 0;
    timer = new NoClientTimer(idleSince, TIMEOUT, () => {
      calls += 1;
    });
    return timer;
  }

  afterEach(() => timer?.stop());

  it('calls the action again and again until somebody connects', async () => {
    let idleSince: number | null = 0;
    start(() => idleSince);
    while (calls < 2) await delay(10);
    idleSince = null;
    const before = calls;
    await delay(250);
    expect(calls).to.equal(before);
  });

  it('counts from the last client that left, even if none was there when it looked', async () => {
    start(() => performance.now());
    await delay(350);
    expect(calls).to.equal(0);
  });

  it('never calls the action with a time-out of 0', async () => {
    start(() => 0).setTimeout(0);
    await delay(250);
    expect(calls).to.equal(0);
  });
});
