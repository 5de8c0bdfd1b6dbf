import { expect } from 'chai';
import { revisionAt, starterOf } from '../../../src/console/app/core/started-by.js';

describe('the start of an instance in the console', () => {
  const startedAt = Date.UTC(2026, 10, 25, 12);
  const record = (seconds: number, changes: object = {}): Record<string, string | number | null> => ({
    time: new Date(startedAt + seconds * 1000).toISOString(),
    target: 'cam_sp',
    action: 'instance.create',
    actor: 'otto',
    address: '10.0.0.1',
    client: 'console',
    result: 'ok',
    duration_ms: 100,
    ...changes,
  });

  it('was the request at that time, the first of several', () => {
    const records = [record(1.5, { actor: 'late' }), record(0.5), record(-60, { actor: 'early' })];
    expect(starterOf(records, 'cam_sp', startedAt)).to.deep.equal({
      actor: 'otto',
      client: 'console',
      action: 'instance.create',
    });
    expect(starterOf([record(0, { actor: null })], 'cam_sp', startedAt)?.actor).to.equal('10.0.0.1');
    expect(starterOf([record(9, { duration_ms: 9000 })], 'cam_sp', startedAt)?.actor).to.equal('otto');
  });

  it('is nobody’s when no request of that instance started it', () => {
    for (const changes of [{ target: 'cam_sp1' }, { result: 'error' }, { action: 'instance.stop' }]) {
      expect(starterOf([record(0, changes)], 'cam_sp', startedAt), JSON.stringify(changes)).to.equal(null);
    }
    expect(starterOf([record(30)], 'cam_sp', startedAt)).to.equal(null);
    expect(starterOf(undefined, 'cam_sp', startedAt)).to.equal(null);
  });

  it('took the newest revision of then', () => {
    const revisions = [
      { revision: 3, time: startedAt + 5000 },
      { revision: 2, time: startedAt - 5000 },
      { revision: 1, time: startedAt - 9000 },
    ];
    expect(revisionAt(revisions, startedAt)).to.equal(2);
    expect(revisionAt(revisions.slice(0, 1), startedAt)).to.equal(null);
  });
});
