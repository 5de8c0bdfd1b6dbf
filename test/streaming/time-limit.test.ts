import { expect } from 'chai';
import { limitTime } from '../../src/streaming/time-limit.js';
import { until } from '../support/until.js';

describe('the time limit of work in a thread', () => {
  it('counts from when the work has begun', async () => {
    const abort = new AbortController();
    let questions = 0;
    limitTime(abort, 1, () => {
      questions += 1;
      return questions === 4;
    });
    await until(() => abort.signal.aborted);
    expect([abort.signal.reason, questions]).to.deep.equal(['time', 4]);
  });

  it('asks no more when the work is done', async () => {
    let questions = 0;
    const done = limitTime(new AbortController(), 1, () => {
      questions += 1;
      return false;
    });
    await until(() => questions >= 2);
    done();
    const asked = questions;
    const another = new AbortController();
    limitTime(another, 20, () => true);
    await until(() => another.signal.aborted);
    expect(questions).to.equal(asked);
  });
});
