import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { FrameAccount } from '../../../src/streaming/accounting.js';
import { openMessageSource } from '../../../src/worker/pipelines/message-source.js';
import { silentLog } from '../../instances/support.js';
import { TestSource } from './rig.js';

const pulseIds = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 });
const growing = (list: readonly number[]): number[] => [...list].sort((left, right) => left - right);

describe('merging of two streams', () => {
  it('gives the pulses that both have, once and in order, and counts all others', async () => {
    await fc.assert(
      fc.asyncProperty(pulseIds, pulseIds, async (left, right) => {
        const counters = { received: 0, sent: 0, bytesReceived: 0, dropped: {} as Record<string, number> };
        const sources = [new TestSource(), new TestSource()] as const;
        const merged = await openMessageSource({
          parameters: {
            ...{ input_stream: await sources[0].open(), input_mode: 'PULL' },
            ...{ input_stream2: await sources[1].open(), input_mode2: 'PULL', receive_timeout: 10_000 },
          },
          attachment: 'connect',
          account: new FrameAccount(counters),
          log: silentLog,
        });
        try {
          // a last pulse of both tells that everything before has been seen
          const [first, second] = [growing(left), growing(right)];
          await Promise.all(
            [first, second].map(async (list, index) => {
              for (const pulseId of [...list, 100])
                await sources[index]!.send(pulseId, { [`s${index}`]: pulseId });
            }),
          );
          const seen: number[] = [];
          while (seen.at(-1) !== 100) {
            const message = (await merged.receive())!;
            expect(message.channels.map(({ definition }) => definition.name)).to.deep.equal(['s0', 's1']);
            seen.push(Number(message.pulseId));
          }
          expect(seen).to.deep.equal([...first.filter((pulseId) => second.includes(pulseId)), 100]);
          const unmatched = first.length + second.length - 2 * (seen.length - 1);
          expect(counters).to.deep.include({
            received: unmatched,
            dropped: unmatched === 0 ? {} : { unmatched },
          });
        } finally {
          await merged.close();
          for (const source of sources) source.close();
        }
      }),
      { numRuns: 15 },
    );
  });

  it('drops the oldest merged messages when nobody takes them', async () => {
    const counters = { received: 0, sent: 0, bytesReceived: 0, dropped: {} as Record<string, number> };
    const sources = [new TestSource(), new TestSource()] as const;
    const merged = await openMessageSource({
      parameters: {
        ...{ input_stream: await sources[0].open(), input_mode: 'PULL', merge_buffer_size: 3 },
        ...{ input_stream2: await sources[1].open(), input_mode2: 'PULL' },
      },
      attachment: 'connect',
      account: new FrameAccount(counters),
      log: silentLog,
    });
    for (let pulseId = 1; pulseId <= 10; pulseId += 1) {
      for (const source of sources) await source.send(pulseId, { value: 1 });
    }
    while (counters.dropped.queue_full !== 7) await delay(5);
    const left = [await merged.receive(), await merged.receive(), await merged.receive()];
    expect(left.map((message) => Number(message!.pulseId))).to.deep.equal([8, 9, 10]);
    await merged.close();
    expect(await merged.receive()).to.equal(null);
    for (const source of sources) source.close();
  });
});
