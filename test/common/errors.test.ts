import { expect } from 'chai';
import { sentence } from '../../src/common/errors.js';

describe('common/errors', () => {
  it('ends a text with one full stop', () => {
    expect(sentence('it ended')).to.equal('it ended.');
    expect(sentence('Use another instance_id.')).to.equal('Use another instance_id.');
    expect(sentence('See the log…')).to.equal('See the log…');
  });
});
