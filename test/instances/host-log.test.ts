import { expect } from 'chai';
import { HostLog } from '../../src/instances/host-log.js';
import type { LogRecord } from '../../src/instances/types.js';

describe('log of an instance', () => {
  it('leaves at once, then in batches that keep the newest records and count the others', () => {
    const batches: (readonly LogRecord[])[] = [];
    const log = new HostLog((records) => batches.push(records));
    for (let index = 0; index < 251; index += 1) log.info(`record ${index}`);
    expect(batches.map((batch) => batch.length)).to.deep.equal([1]);
    log.flush(() => {});
    expect(batches[1]).to.have.length(101);
    expect(batches[1]![0]![3]).to.equal('150 log records were left out');
    expect(batches[1]!.at(-1)![3]).to.equal('record 250');
  });

  it('has levels, debug only when enabled', () => {
    const records: LogRecord[] = [];
    const log = new HostLog((batch) => records.push(...batch));
    log.debug('hidden');
    log.setDebug(true);
    log.debug('shown');
    log.info('information');
    log.warning('warning');
    log.error('error');
    log.flush(() => {});
    expect(records.map(([, , level, message]) => [level, message])).to.deep.equal([
      ['DEBUG', 'shown'],
      ['INFO', 'information'],
      ['WARNING', 'warning'],
      ['ERROR', 'error'],
    ]);
    expect(records[0]![0]).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });
});
