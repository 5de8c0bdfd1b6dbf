import { expect } from 'chai';
import type { JsonValue } from '../../../src/common/json.js';
import { readAddress, readChannels } from '../../../src/worker/pipelines/stream-source.js';

describe('location of a stream', () => {
  it('reads channels as a list or as its JSON text', () => {
    const list: JsonValue = ['A', { name: 'B', modulo: 10, offset: 1 }, { name: 'C' }];
    expect(readChannels(list)).to.deep.equal(list);
    expect(readChannels(JSON.stringify(list))).to.deep.equal(list);
  });

  it('takes an empty list, an empty text and null as no channels', () => {
    for (const value of [[], '', '[]', null, undefined]) expect(readChannels(value)).to.equal(null);
  });

  it('reads addresses', () => {
    expect(readAddress(' tcp://a:1 ')).to.equal('tcp://a:1');
    expect(readAddress('')).to.equal(null);
    expect(readAddress(null)).to.equal(null);
  });
});
