import { expect } from 'chai';
import { Submissions } from '../../../src/console/app/core/submissions.js';

function numberedKeys(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `key ${count}`;
  };
}

describe('console/submissions', () => {
  it('share a key while equal requests are under way, and take a new one afterwards', () => {
    const submissions = new Submissions(numberedKeys());
    const first = submissions.begin('DELETE /a');
    const double = submissions.begin('DELETE /a');
    const other = submissions.begin('DELETE /b');
    expect([first.key, double.key, other.key]).to.deep.equal(['key 1', 'key 1', 'key 2']);
    first.done();
    expect(submissions.begin('DELETE /a').key).to.equal('key 1');
    double.done();
    expect(submissions.begin('DELETE /b').key).to.equal('key 2');
  });

  it('forget a request when all of its kind have their answers', () => {
    const submissions = new Submissions(numberedKeys());
    const [first, second] = [submissions.begin('a'), submissions.begin('a')];
    first.done();
    second.done();
    expect(submissions.begin('a').key).to.equal('key 2');
  });
});
