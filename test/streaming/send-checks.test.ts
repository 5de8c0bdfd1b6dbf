import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { createSendChecks } from '../../src/streaming/send-checks.js';

/** Sends `[pulseId, seconds, nanoseconds]` in turn and gives the answers. */
function run(parameters: JsonObject, messages: [bigint, bigint, bigint][]): (string | null)[] {
  const checks = createSendChecks(parameters);
  return messages.map(([pulseId, seconds, nanoseconds]) => {
    const refusal = checks.refuse(pulseId, { seconds, nanoseconds });
    if (refusal === null) checks.sent(pulseId, { seconds, nanoseconds });
    return refusal;
  });
}

describe('send checks', () => {
  it('refuse nothing by default', () => {
    expect(
      run({}, [
        [5n, 9n, 0n],
        [5n, 8n, 0n],
        [1n, 0n, 1n],
      ]),
    ).to.deep.equal([null, null, null]);
  });

  it('check_timestamp compares the lower six digits', () => {
    const messages: [bigint, bigint, bigint][] = [
      [17_123_456n, 1n, 5_123_456n],
      [17_123_456n, 1n, 5_123_457n],
    ];
    expect(run({ check_timestamp: true }, messages)).to.deep.equal([null, 'check_timestamp']);
  });

  it('enforce_pid wants growing pulse ids', () => {
    expect(
      run({ enforce_pid: true }, [
        [5n, 1n, 0n],
        [5n, 1n, 0n],
        [4n, 1n, 0n],
        [6n, 1n, 0n],
      ]),
    ).to.deep.equal([null, 'enforce_pid', 'enforce_pid', null]);
  });

  it('enforce_timestamp wants growing time', () => {
    expect(
      run({ enforce_timestamp: true }, [
        [1n, 5n, 10n],
        [2n, 5n, 10n],
        [3n, 4n, 0n],
        [4n, 6n, 0n],
      ]),
    ).to.deep.equal([null, 'enforce_timestamp', 'enforce_timestamp', null]);
  });
});
