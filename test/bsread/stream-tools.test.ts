import { expect } from 'chai';
import { PulseIdChecker, parseStreamAddress, RateMeter } from '../../src/bsread/index.js';

describe('bsread: stream tools', () => {
  const counters = (messagesReceived: number, totalBytesReceived: number) => ({
    messagesReceived,
    totalBytesReceived,
    messagesDropped: 0,
  });

  it('samples rates at the interval, and sums up from the start', () => {
    const meter = new RateMeter(counters(10, 1000), 5);
    meter.update(counters(11, 1100), 5.1);
    meter.update(counters(30, 5000), 5.5);
    meter.update(counters(31, 5100), 5.6);
    expect(meter.samples).to.deep.equal([{ messageRate: 40, dataRate: 8000 }]);
    expect(meter.summary(counters(50, 9000), 7)).to.deep.equal({
      totalElapsedTime: 2,
      messagesReceived: 40,
      totalBytesReceived: 8000,
      averageMessageSize: 200,
      averageMessageRate: 20,
      averageDataRate: 4000,
    });
  });

  it('keeps the last hundred samples', () => {
    const meter = new RateMeter(counters(0, 0), 0);
    for (let second = 1; second <= 150; second += 1) meter.update(counters(second * second, 0), second);
    expect(meter.samples.length).to.equal(100);
    expect(meter.samples[99]?.messageRate).to.equal(299);
  });

  it('divides by nothing before the first message', () => {
    expect(new RateMeter(counters(0, 0), 1).summary(counters(0, 0), 1)).to.include({
      averageMessageSize: 0,
      averageMessageRate: 0,
    });
  });

  it('counts pulse ids that are missed, doubled or run backwards', () => {
    const checker = new PulseIdChecker();
    for (const pulseId of [5n, 6n, 9n, 9n, 3n, 4n]) checker.update({ pulseId });
    expect([checker.missed, checker.duplicated, checker.reverted]).to.deep.equal([2n, 1, 1]);
    const slow = new PulseIdChecker(10n);
    for (const pulseId of [0n, 10n, 40n]) slow.update({ pulseId });
    expect(slow.missed).to.equal(2n);
  });

  it('splits stream addresses at the last colon', () => {
    expect(parseStreamAddress('tcp://host.psi.ch:9999')).to.deep.equal({ host: 'host.psi.ch', port: 9999 });
    expect(parseStreamAddress('host:1')).to.deep.equal({ host: 'host', port: 1 });
    expect(parseStreamAddress('ipc:///tmp/a:b')).to.deep.equal({ host: '/tmp/a:b', port: -1 });
    expect(() => parseStreamAddress('tcp://host')).to.throw('tcp://host - Invalid URI');
  });
});
