import { expect } from 'chai';
import fc from 'fast-check';
import { OrderedQueue } from '../../src/streaming/ordered-queue.js';

interface Work {
  resolve(result: string): void;
  reject(error: Error): void;
}

/** A queue of numbered tasks whose work ends when the test says so, and a record of what happened. */
function createRig(limits: { parallel: number; waiting: number; finished: number }) {
  const working = new Map<number, Work>();
  const events: string[] = [];
  let mostParallel = 0;
  const queue = new OrderedQueue<number, string>({
    ...limits,
    work: (task) => {
      const promise = new Promise<string>((resolve, reject) => working.set(task, { resolve, reject }));
      mostParallel = Math.max(mostParallel, working.size);
      return promise;
    },
    deliver: async (task, outcome) => {
      events.push(outcome.ok ? `${task}` : `${task} failed`);
    },
    dropped: (task, reason) => events.push(`${task} ${reason}`),
    abandoned: (task) => events.push(`${task} abandoned`),
  });
  const end = async (task: number, error?: Error): Promise<void> => {
    const work = working.get(task)!;
    working.delete(task);
    if (error === undefined) work.resolve(`result ${task}`);
    else work.reject(error);
    await new Promise(setImmediate);
  };
  return { queue, working, events, end, mostParallel: () => mostParallel };
}

describe('ordered queue', () => {
  it('delivers in the order of arrival whatever order the work ends in', async () => {
    const { queue, events, end } = createRig({ parallel: 3, waiting: 10, finished: 10 });
    for (const task of [1, 2, 3, 4]) queue.push(task);
    for (const task of [3, 2, 4]) await end(task);
    expect(events).to.deep.equal([]);
    await end(1);
    expect(events).to.deep.equal(['1', '2', '3', '4']);
    expect(queue.size).to.equal(0);
  });

  it('delivers failures in order', async () => {
    const { queue, events, end } = createRig({ parallel: 2, waiting: 10, finished: 10 });
    for (const task of [1, 2]) queue.push(task);
    await end(2, new Error('no'));
    await end(1);
    expect(events).to.deep.equal(['1', '2 failed']);
  });

  it('drops the oldest waiting task when too many wait', async () => {
    const { queue, events, end } = createRig({ parallel: 1, waiting: 2, finished: 10 });
    for (const task of [1, 2, 3, 4]) queue.push(task);
    expect(events).to.deep.equal(['2 queue_full']);
    for (const task of [1, 3, 4]) await end(task);
    expect(events).to.deep.equal(['2 queue_full', '1', '3', '4']);
  });

  it('gives up a task that holds up too many finished ones when others wait for work', async () => {
    const { queue, events, end } = createRig({ parallel: 2, waiting: 1, finished: 2 });
    for (const task of [1, 2, 3]) queue.push(task);
    await end(2);
    queue.push(4);
    await end(3);
    queue.push(5);
    expect(events).to.deep.equal([]);
    queue.push(6);
    await new Promise(setImmediate);
    expect(events).to.deep.equal(['1 reorder', '2', '3']);
    for (const task of [1, 4, 5, 6]) await end(task);
    expect(events).to.deep.equal(['1 reorder', '2', '3', '1 abandoned', '4', '5', '6']);
    expect(queue.size).to.equal(0);
  });

  it('finishes what is at work and drops the rest when it is stopped', async () => {
    const { queue, events, end } = createRig({ parallel: 1, waiting: 10, finished: 10 });
    for (const task of [1, 2]) queue.push(task);
    queue.stop();
    queue.push(3);
    const idle = queue.idle();
    await end(1);
    await idle;
    expect(events).to.deep.equal(['2 stopped', '3 stopped', '1']);
  });

  it('ends every task exactly once, in order, within its bounds', async () => {
    const limits = fc.record({
      parallel: fc.integer({ min: 1, max: 4 }),
      waiting: fc.integer({ min: 1, max: 5 }),
      finished: fc.integer({ min: 1, max: 5 }),
    });
    const steps = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(limits, steps, async (limit, choices) => {
        const { queue, working, events, end, mostParallel } = createRig(limit);
        let pushed = 0;
        for (const choice of choices) {
          if (choice < 5 || working.size === 0) queue.push(pushed++);
          else
            await end(
              [...working.keys()][choice % working.size]!,
              choice === 9 ? new Error('no') : undefined,
            );
          expect(queue.size).to.be.at.most(2 * limit.parallel + limit.waiting + limit.finished + 1);
        }
        while (working.size > 0) await end([...working.keys()][0]!);
        await queue.idle();
        expect(mostParallel()).to.be.at.most(limit.parallel);
        const delivered = events.filter((event) => /^\d+( failed)?$/.test(event)).map(Number.parseFloat);
        expect(delivered).to.deep.equal([...delivered].sort((a, b) => a - b));
        const ended = events.filter((event) => !event.endsWith('abandoned')).map(Number.parseFloat);
        expect(ended.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: pushed }, (_, task) => task));
      }),
      { numRuns: 50 },
    );
  });
});
