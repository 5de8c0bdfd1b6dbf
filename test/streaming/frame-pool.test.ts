import { expect } from 'chai';
import { type ArrayValue, TypedScalar } from '../../src/common/values.js';
import { FrameAccount, type FrameCounters } from '../../src/streaming/accounting.js';
import { FramePool } from '../../src/streaming/frame-pool.js';
import { fromPortable, toPortable } from '../../src/streaming/value-transfer.js';
import type { TestDetails } from './support/worker.js';

function createRig(options: {
  threads: number;
  waiting?: number;
  taskTimeout?: number;
  wanted?: (name: string) => boolean;
}) {
  const counters: FrameCounters = { received: 0, sent: 0, bytesReceived: 0, dropped: {} };
  const account = new FrameAccount(counters);
  const events: string[] = [];
  const images: number[][] = [];
  const pool = new FramePool<TestDetails, null>({
    worker: new URL('./support/worker.js', import.meta.url),
    threads: options.threads,
    waiting: options.waiting ?? 20,
    finished: 20,
    memory: 1e6,
    taskTimeout: () => options.taskTimeout ?? 20_000,
    heapLimit: null,
    failed(error) {
      throw error;
    },
    wanted: (_frame, name) => options.wanted?.(name) ?? true,
    deliver: async ({ ticket, details }, outcome) => {
      if (!outcome.ok) {
        events.push(`${details.number} ${(outcome.error as Error).name}`);
        ticket.drop('error');
      } else if (outcome.result === null) {
        events.push(`${details.number} null`);
        ticket.drop('null_result');
      } else {
        events.push(`${details.number}`);
        const image = outcome.result.get('image') as ArrayValue | undefined;
        if (image !== undefined) images.push(Array.from(image.data as Uint16Array));
        ticket.sent();
      }
    },
  });
  const push = (number: number, behaviour: TestDetails['behaviour']): void => {
    pool.push({ ticket: account.receive(8), details: { number, behaviour }, context: null }, 8, (memory) => {
      new Uint16Array(memory, 0, 4).fill(number);
    });
  };
  return { pool, push, events, images, counters, account };
}

describe('frame pool', () => {
  it('keeps the order with slow frames and null results', async () => {
    const { pool, push, events, images, counters } = createRig({ threads: 3 });
    for (let number = 1; number <= 12; number += 1) {
      push(number, number % 5 === 0 ? 'slow' : number % 7 === 0 ? 'null' : 'double');
    }
    await pool.idle();
    await pool.close(1000);
    const expected = Array.from({ length: 12 }, (_, index) => (index === 6 ? '7 null' : `${index + 1}`));
    expect(events).to.deep.equal(expected);
    expect(images[0]).to.deep.equal([2, 2, 2, 2]);
    expect(images.at(-1)).to.deep.equal([24, 24, 24, 24]);
    expect(counters.sent).to.equal(11);
  });

  it('fails the frame that throws and the frame whose thread ends, and goes on', async () => {
    const { pool, push, events } = createRig({ threads: 1 });
    push(1, 'throw');
    push(2, 'exit');
    push(3, 'double');
    await pool.idle();
    await pool.close(1000);
    expect(events).to.deep.equal(['1 FrameError', '2 Error', '3']);
  });

  it('ends a thread that hangs, fails its frame, and goes on', async () => {
    const { pool, push, events } = createRig({ threads: 1, taskTimeout: 300 });
    push(1, 'hang');
    push(2, 'double');
    await pool.idle();
    await pool.close(1000);
    expect(events).to.deep.equal(['1 TaskLimitError', '2']);
  });

  it('drops the oldest frame that waits when there are too many', async () => {
    const { pool, push, events, counters } = createRig({ threads: 1, waiting: 1 });
    for (const number of [1, 2, 3]) push(number, 'double');
    await pool.idle();
    await pool.close(1000);
    expect(events).to.deep.equal(['1', '3']);
    expect(counters.dropped).to.deep.equal({ queue_full: 1 });
  });

  it('leaves out channels that nobody wants', async () => {
    const { pool, push, images, counters } = createRig({ threads: 1, wanted: (name) => name !== 'image' });
    push(1, 'double');
    await pool.idle();
    await pool.close(1000);
    expect(images).to.deep.equal([]);
    expect(counters.sent).to.equal(1);
  });

  it('ends with a thread that hangs', async () => {
    const { pool, push, account } = createRig({ threads: 1 });
    push(1, 'hang');
    push(2, 'double');
    await pool.close(10);
    expect(account.inWork).to.equal(0);
  });
});

describe('value transfer', () => {
  it('keeps every kind of value through a structured clone', () => {
    const slot = new SharedArrayBuffer(16);
    const inSlot = new Uint16Array(slot, 4, 2).fill(9);
    const wide = new Float64Array([1, 2, 3]);
    const values = new Map<string, unknown>([
      ['text', 'x'],
      ['number', 1.5],
      ['big', 7n],
      ['flag', true],
      ['nothing', null],
      ['scalar', new TypedScalar('uint16', 3)],
      ['array', { type: 'float64', shape: [2], data: wide.subarray(1) }],
      ['image', { type: 'uint16', shape: [1, 2], data: inSlot }],
    ]) as Parameters<typeof toPortable>[0];
    const restored = fromPortable(structuredClone(toPortable(values, slot)), slot, () => true);
    expect([...restored.keys()]).to.deep.equal([...values.keys()]);
    expect([...restored]).to.deep.equal([...values]);
    inSlot.fill(0);
    expect(Array.from((restored.get('image') as ArrayValue).data as Uint16Array)).to.deep.equal([9, 9]);
  });
});
