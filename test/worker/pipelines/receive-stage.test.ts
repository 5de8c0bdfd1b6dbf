import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue } from '../../../src/common/values.js';
import { createCounters } from '../../../src/instances/counters.js';
import type { InstanceLog } from '../../../src/instances/types.js';
import { FrameAccount } from '../../../src/streaming/accounting.js';
import type { ErrorPolicy } from '../../../src/worker/pipelines/parameters.js';
import { ReceiveStage } from '../../../src/worker/pipelines/receive-stage.js';
import { messageOf } from './messages.js';

const QUIET: ErrorPolicy = {
  abortOnError: true,
  abortOnTimeout: false,
  notifyOnError: false,
  streamTimeout: 10,
  cameraTimeout: 10,
};

function createRig(parameters: JsonObject = {}, policy: Partial<ErrorPolicy> = {}) {
  const counters = createCounters();
  const lines: string[] = [];
  const note =
    (level: string) =>
    (text: string): void => {
      lines.push(`${level} ${text}`);
    };
  const log: InstanceLog = {
    debug: note('debug'),
    info: note('info'),
    warning: note('warning'),
    error: note('error'),
  };
  const stage = new ReceiveStage({ account: new FrameAccount(counters), counters, log, isCamera: true });
  stage.configure(parameters, { ...QUIET, ...policy });
  const image = arrayValue(new Uint16Array(12), [3, 4]);
  const kinds = (pulseIds: number[]): string[] =>
    pulseIds.map((pulseId) => stage.judge(messageOf(BigInt(pulseId), { image })).kind);
  return { stage, counters, lines, kinds };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('receive stage', () => {
  it('counts messages, bytes and drops, and reports the frame shape', () => {
    const { kinds, counters, stage } = createRig({ downsampling: 1 });
    expect(kinds([1000, 1001, 1002])).to.deep.equal(['frame', 'nothing', 'frame']);
    expect(counters).to.deep.include({ received: 3, dropped: { downsampling: 1 }, frameShape: '4x3x2' });
    expect(counters.bytesReceived).to.be.greaterThan(3 * 24);
    stage.judge(null);
    expect(counters.frameShape).to.equal(null);
  });

  it('ends after the pulse id range', () => {
    const { kinds, counters } = createRig({ pid_range: [2, 3] });
    expect(kinds([1, 2, 3, 4])).to.deep.equal(['nothing', 'frame', 'frame', 'end']);
    expect(counters.dropped).to.deep.equal({ pid_range: 2 });
  });

  it('logs gaps in the pulse ids with debug', () => {
    const { kinds, lines } = createRig({ debug: true });
    kinds([10, 20, 30, 60, 65]);
    expect(lines).to.deep.equal([
      'warning Unexpected PID: 60 -  last: 30, cur:60, lost:2.',
      'debug Newer PID: 65 -  last: 60, cur:65.',
    ]);
  });

  it('asks for the camera again after camera_timeout, once per silence', async () => {
    const { stage } = createRig({}, { cameraTimeout: 0.001 });
    await pause();
    expect(stage.judge(null).kind).to.equal('reconnect');
    expect(createRig({}, { cameraTimeout: 0 }).stage.judge(null).kind).to.equal('nothing');
  });

  it('throws after stream_timeout only with abort_on_timeout', async () => {
    const { stage } = createRig({}, { abortOnTimeout: true, streamTimeout: 0.001 });
    const tolerant = createRig({}, { abortOnTimeout: false, streamTimeout: 0.001 });
    await pause();
    expect(() => stage.judge(null)).to.throw('Stream Timeout');
    expect(tolerant.stage.judge(null).kind).to.equal('nothing');
  });
});
