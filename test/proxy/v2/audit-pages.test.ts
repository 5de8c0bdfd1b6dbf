import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AuditPage,
  joinPages,
  type Positions,
  readPositions,
} from '../../../src/proxy/v2/audit-pages.js';
import { type ClusterName, clusterNames } from '../../../src/proxy/v2/records.js';
import type { StoredAuditRecord } from '../../../src/storage/index.js';

/** A log whose records were made at these seconds. */
function logOf(seconds: readonly number[]): StoredAuditRecord[] {
  return seconds
    .map((second, index) => ({ sequence: index + 1, time: new Date(second * 1000).toISOString() }))
    .reverse() as unknown as StoredAuditRecord[];
}

function pageOf(log: readonly StoredAuditRecord[], before: number | undefined, limit: number): AuditPage {
  const left = log.filter(({ sequence }) => before === undefined || sequence < before);
  const records = left.slice(0, limit);
  return { records, next: left.length > limit ? records.at(-1)!.sequence : null };
}

describe('proxy/v2/audit pages', () => {
  it('give each record of both logs once, newest first', () => {
    const log = fc
      .array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
      .map((seconds) => logOf(seconds.sort((left, right) => left - right)));
    fc.assert(
      fc.property(log, log, fc.integer({ min: 1, max: 5 }), (pipelines, cameras, limit) => {
        const logs = { pipelines, cameras };
        const found: StoredAuditRecord[] = [];
        let before: Positions = {};
        for (;;) {
          const pages = new Map(
            clusterNames.map((name): [ClusterName, AuditPage] => [
              name,
              pageOf(logs[name], before[name], limit),
            ]),
          );
          const page = joinPages(pages, limit, before);
          found.push(...page.records);
          if (page.next === null) break;
          before = readPositions(page.next, null);
        }
        expect(found).to.have.lengthOf(pipelines.length + cameras.length);
        expect(found).to.have.members([...pipelines, ...cameras]);
        const times = found.map(({ time }) => String(time));
        expect(times).to.deep.equal([...times].sort().reverse());
      }),
    );
  });

  it('begin where the page before ended, and nowhere else', () => {
    expect(readPositions('17', 'cameras')).to.deep.equal({ cameras: 17 });
    expect(readPositions('', null)).to.deep.equal({});
    expect(readPositions('pipelines:17,cameras:4', null)).to.deep.equal({ pipelines: 17, cameras: 4 });
    for (const text of ['17', 'x:1', 'cameras:0', 'cameras:1;2', 'cameras:-1', 'cameras']) {
      expect(() => readPositions(text, null), text).to.throw('is no `next` of an earlier page');
    }
  });
});
