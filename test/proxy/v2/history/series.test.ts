import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { RingFile } from '../../../../src/proxy/v2/history/ring-file.js';
import { Series } from '../../../../src/proxy/v2/history/series.js';

describe('proxy/v2/history', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-history-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back the newest rows of a ring file, whatever was written when', async () => {
    const shape = { step: 1, slots: 7, columns: 1 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }), { maxLength: 5 }),
        async (writings) => {
          const file = new RingFile(join(folder, `${Math.random()}`), shape);
          const expected = new Map<number, { tick: number; value: number }>();
          let time = 100;
          let value = 0;
          for (const steps of writings) {
            const rows = steps.map((step) => {
              time += step + 1;
              value += 1;
              expected.set(time % shape.slots, { tick: time, value });
              return { tick: time, values: [value] };
            });
            await file.write(rows);
          }
          const found = await file.read(time - shape.slots + 1, time);
          const wanted = [...expected.values()]
            .filter(({ tick }) => tick > time - shape.slots)
            .sort((a, b) => a.tick - b.tick)
            .map(({ tick, value }) => ({ tick, values: [value] }));
          expect(found).to.deep.equal(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('starts anew when a file has another shape', async () => {
    const path = join(folder, 'ring');
    await new RingFile(path, { step: 1, slots: 5, columns: 2 }).write([{ tick: 3, values: [1, 2] }]);
    const other = new RingFile(path, { step: 1, slots: 5, columns: 1 });
    expect(await other.read(1, 4)).to.deep.equal([]);
    await other.write([{ tick: 4, values: [9] }]);
    expect(await other.read(1, 4)).to.deep.equal([{ tick: 4, values: [9] }]);
  });

  it('averages within a step, keeps gaps as gaps, and survives a restart', async () => {
    const path = join(folder, 'series');
    const start = Date.now() - 600_000 - (Date.now() % 60_000);
    const first = new Series(path, 2);
    for (let second = 0; second < 20; second += 1) {
      if (second >= 8 && second < 12) continue;
      first.add(start + second * 1000, [second, second % 2 === 0 ? Number.NaN : 5]);
    }
    await first.flush(true);
    const second = new Series(path, 2);
    const { step, rows } = await second.read(start, start + 20_000, null, Date.now());
    expect(step).to.equal(2000);
    expect(rows).to.deep.equal(
      [0, 1, 2, 3, 6, 7, 8, 9].map((tick) => [start + tick * 2000, tick * 2 + 0.5, 5]),
    );
    const coarse = await second.read(start, start + 60_000, 60_000, Date.now());
    expect(coarse.rows).to.have.length(1);
    expect(coarse.rows[0]![1]).to.equal(9.5);
  });

  it('takes the step that reaches back far enough', async () => {
    const series = new Series(join(folder, 'far'), 1);
    const now = Date.now();
    const stepOf = async (hours: number, wanted: number | null = null): Promise<number> =>
      (await series.read(now - hours * 3_600_000, now, wanted, now)).step;
    expect(await stepOf(1)).to.equal(2000);
    expect(await stepOf(5)).to.equal(10_000);
    expect(await stepOf(100)).to.equal(60_000);
    expect(await stepOf(10_000)).to.equal(60_000);
    expect(await stepOf(1, 5000)).to.equal(10_000);
  });

  it('takes no more space than a month needs', async () => {
    const path = join(folder, 'bounded');
    const series = new Series(path, 1);
    const start = Date.UTC(2026, 0, 1);
    for (let hour = 0; hour < 24 * 40; hour += 1) {
      series.add(start + hour * 3_600_000, [1]);
      if (hour % 100 === 0) await series.flush(false);
    }
    await series.flush(true);
    expect(statSync(`${path}.60s`).size).to.be.at.most(32 + 43_200 * 8);
    expect(statSync(`${path}.2s`).size).to.be.at.most(32 + 3600 * 8);
  });
});
