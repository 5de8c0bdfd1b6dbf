import { expect } from 'chai';
import fc from 'fast-check';
import type { ChannelValues } from '../../src/common/values.js';
import type { FrameTicket } from '../../src/streaming/accounting.js';
import { FrameAccount, type FrameCounters } from '../../src/streaming/accounting.js';
import { createGate } from '../../src/streaming/gate.js';
import { createHeaderStrategy } from '../../src/streaming/header-strategy.js';
import { MessageTap } from '../../src/streaming/live-view/index.js';
import { OrderedQueue } from '../../src/streaming/ordered-queue.js';
import { createOutput } from '../../src/streaming/output.js';
import { createSelection } from '../../src/streaming/selection.js';
import { createSendChecks } from '../../src/streaming/send-checks.js';

const newCounters = (): FrameCounters => ({ received: 0, sent: 0, bytesReceived: 0, dropped: {} });
const time = { seconds: 1n, nanoseconds: 0n };
const values = (): ChannelValues => new Map([['a', 1]]);
const everything = { selection: createSelection(null, null), records: 0 };

/** An output whose sink delivers, refuses or fails as `answer` says. */
function createRig(counters: FrameCounters, answer: () => boolean) {
  const sent: bigint[] = [];
  const tap = new MessageTap();
  const output = createOutput({
    sink: {
      clients: null,
      idleSince: null,
      address: 'nowhere',
      send: async (_message, pulseId) => {
        const delivered = answer();
        if (delivered) sent.push(pulseId);
        return delivered;
      },
      close: async () => {},
    },
    checks: createSendChecks({ enforce_pid: true }),
    strategy: createHeaderStrategy({
      mode: 'on_change',
      allowTypeChanges: true,
      allowShapeChanges: true,
      compression: 'none',
    }),
    tap,
    headerChanged: () => {},
  });
  return { output, tap, sent, account: new FrameAccount(counters) };
}

function droppedTotal(counters: FrameCounters): number {
  return Object.values(counters.dropped).reduce((sum, count) => sum + count, 0);
}

describe('output', () => {
  it('shows a message to whoever waits for it, whether it can be delivered or not', async () => {
    const { output, tap, account } = createRig(newCounters(), () => false);
    const shown = tap.next(1000);
    await output({
      ...everything,
      ticket: account.receive(1),
      pulseId: 7n,
      timestamp: time,
      values: values(),
    });
    const message = (await shown)!;
    expect(message.pulseId).to.equal(7n);
    expect(message.definitions.map(({ name }) => name)).to.deep.equal(['a']);
    expect(message.values).to.deep.equal([1]);
    expect(tap.isWanted).to.equal(false);
  });

  it('completes with the message that makes the number of records full', async () => {
    const counters = newCounters();
    const { output, account } = createRig(counters, () => true);
    const outcomes: string[] = [];
    for (const pulseId of [5n, 5n, 6n]) {
      outcomes.push(
        await output({
          ...everything,
          records: 2,
          ticket: account.receive(1),
          pulseId,
          timestamp: time,
          values: values(),
        }),
      );
    }
    expect(outcomes).to.deep.equal(['sent', 'dropped', 'completed']);
    expect(counters).to.deep.equal({ received: 3, sent: 2, bytesReceived: 3, dropped: { enforce_pid: 1 } });
  });

  it('counts what has no channels and what nobody took', async () => {
    const counters = newCounters();
    const { output, account } = createRig(counters, () => false);
    await output({
      ...everything,
      ticket: account.receive(1),
      pulseId: 1n,
      timestamp: time,
      values: new Map(),
    });
    await output({
      ...everything,
      ticket: account.receive(1),
      pulseId: 2n,
      timestamp: time,
      values: values(),
    });
    expect(counters.dropped).to.deep.equal({ empty_message: 1, not_delivered: 1 });
  });

  it('counts a frame whose send fails and passes the error on', async () => {
    const counters = newCounters();
    const { output, account } = createRig(counters, () => {
      throw new Error('socket closed');
    });
    const error = await output({
      ...everything,
      ticket: account.receive(1),
      pulseId: 1n,
      timestamp: time,
      values: values(),
    }).catch((reason: Error) => reason);
    expect((error as Error).message).to.equal('socket closed');
    expect(counters.dropped).to.deep.equal({ error: 1 });
  });
});

describe('frame account', () => {
  it('refuses to end a frame twice', () => {
    const ticket = new FrameAccount(newCounters()).receive(1);
    ticket.sent();
    expect(() => ticket.drop('error')).to.throw('ended twice');
    expect(ticket.ended).to.equal(true);
  });

  it('holds received = sent + dropped + in work at every moment, through gate, queue and output', async () => {
    const frames = fc.array(
      fc.record({
        skip: fc.integer({ min: 0, max: 2 }),
        fate: fc.constantFrom('value', 'null', 'error', 'refused', 'slow'),
      }),
      { maxLength: 40 },
    );
    const settings = fc.record({
      downsampling: fc.integer({ min: 0, max: 2 }),
      parallel: fc.integer({ min: 1, max: 3 }),
      waiting: fc.integer({ min: 1, max: 4 }),
      stopAt: fc.integer({ min: 0, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(frames, settings, async (sequence, { downsampling, parallel, waiting, stopAt }) => {
        const counters = newCounters();
        let delivered = true;
        const { output, account } = createRig(counters, () => delivered);
        const gate = createGate({ pause: false, pulseIdRange: [1n, 90n], downsampling });
        const check = (): void => {
          expect(counters.received).to.equal(counters.sent + droppedTotal(counters) + account.inWork);
        };
        const queue = new OrderedQueue<
          { ticket: FrameTicket; pulseId: bigint; fate: string },
          ChannelValues | null
        >({
          parallel,
          waiting,
          finished: 2,
          work: async ({ fate }) => {
            if (fate === 'slow') await new Promise(setImmediate);
            if (fate === 'error') throw new Error('no');
            return fate === 'null' ? null : values();
          },
          deliver: async ({ ticket, pulseId, fate }, outcome) => {
            delivered = fate !== 'refused';
            if (!outcome.ok) ticket.drop('error');
            else if (outcome.result === null) ticket.drop('null_result');
            else await output({ ...everything, ticket, pulseId, timestamp: time, values: outcome.result });
            check();
          },
          dropped: ({ ticket }, reason) => ticket.drop(reason),
          abandoned: () => {},
        });
        let pulseId = 0n;
        for (const [index, { skip, fate }] of sequence.entries()) {
          pulseId += BigInt(skip);
          const ticket = account.receive(10);
          const verdict = gate(pulseId);
          if (verdict === 'pass') queue.push({ ticket, pulseId, fate });
          else ticket.drop(verdict === 'end' ? 'pid_range' : verdict);
          check();
          if (index === stopAt) queue.stop();
          if (fate === 'slow') await new Promise(setImmediate);
          check();
        }
        await queue.idle();
        check();
        expect(account.inWork).to.equal(0);
        expect(counters.bytesReceived).to.equal(10 * sequence.length);
      }),
      { numRuns: 60 },
    );
  });
});
