import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from '../../src/common/json.js';
import {
  createGate,
  createRateLimiter,
  type GateVerdict,
  readGateSettings,
} from '../../src/streaming/gate.js';

function verdicts(parameters: JsonObject, pulseIds: number[]): GateVerdict[] {
  const gate = createGate(readGateSettings(parameters));
  return pulseIds.map((pulseId) => gate(BigInt(pulseId)));
}

function passing(parameters: JsonObject, pulseIds: number[]): number[] {
  const all = verdicts(parameters, pulseIds);
  return pulseIds.filter((_, index) => all[index] === 'pass');
}

const from1000 = Array.from({ length: 9 }, (_, index) => 1000 + index);

describe('gate', () => {
  it('lets everything through by default', () => {
    expect(passing({}, from1000)).to.deep.equal(from1000);
  });

  it('pauses by pause or paused; pause wins', () => {
    expect(verdicts({ pause: true }, [1])).to.deep.equal(['paused']);
    expect(verdicts({ paused: true }, [1])).to.deep.equal(['paused']);
    expect(verdicts({ pause: false, paused: true }, [1])).to.deep.equal(['pass']);
  });

  it('passes one of n + 1 with downsampling n, the first one first', () => {
    expect(passing({ downsampling: 1 }, from1000)).to.deep.equal([1000, 1002, 1004, 1006, 1008]);
    expect(passing({ downsampling: 3 }, from1000)).to.deep.equal([1000, 1004, 1008]);
    expect(passing({ downsampling: 0 }, from1000)).to.deep.equal(from1000);
    expect(passing({ downsampling: -2 }, from1000)).to.deep.equal(from1000);
  });

  it('discards before the range and ends after it', () => {
    expect(verdicts({ pid_range: [1003, 1005] }, from1000.slice(2, 7))).to.deep.equal([
      'pid_range',
      'pass',
      'pass',
      'pass',
      'end',
    ]);
  });

  it('discards everything with a start of 0, and leaves the range open with an end of 0', () => {
    expect(verdicts({ pid_range: [0, 5] }, [1, 9])).to.deep.equal(['pid_range', 'pid_range']);
    expect(verdicts({ pid_range: [5, 0] }, [4, 9999])).to.deep.equal(['pid_range', 'pass']);
  });

  it('ignores a range that is not two integers, and takes texts and floats as integers', () => {
    for (const range of [null, [], [1], ['a', 2], [1, 2, 3], 7, [1, null]]) {
      expect(readGateSettings({ pid_range: range }).pulseIdRange, JSON.stringify(range)).to.equal(null);
    }
    expect(readGateSettings({ pid_range: ['3', 5.9] }).pulseIdRange).to.deep.equal([3n, 5n]);
  });

  it('never lets more than the rate through, whatever the arrival times', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (intervals, rate) => {
        const limiter = createRateLimiter(rate);
        const passed: number[] = [];
        let now = 0;
        for (const interval of intervals) {
          now += interval;
          if (limiter(now)) passed.push(now);
        }
        for (let index = 1; index < passed.length; index += 1) {
          expect(passed[index]! - passed[index - 1]!).to.be.at.least(1000 / rate);
        }
        expect(passed.length > 0).to.equal(intervals.length > 0);
      }),
    );
  });

  it('does not limit without a rate', () => {
    for (const rate of [null, 0, -1]) {
      const limiter = createRateLimiter(rate);
      expect([limiter(0), limiter(0), limiter(0)]).to.deep.equal([true, true, true]);
    }
  });
});
