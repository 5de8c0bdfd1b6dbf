import type { ChannelValue } from '../../src/common/values.js';
import type { StreamCall } from '../../src/user-code/types.js';

/** Debian's interpreter, which has the packages that the set-up installs for the tests. */
export const PYTHON = '/usr/bin/python3';

/** A call with a message of that pulse. */
export function messageCall(pulseId: number, values: Record<string, ChannelValue> = {}): StreamCall {
  return {
    pulseId: BigInt(pulseId),
    timestamp: { seconds: 1n, nanoseconds: 2n },
    values: new Map(Object.entries(values)),
  };
}
