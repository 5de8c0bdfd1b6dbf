import { expect } from 'chai';
import type { ChannelValues } from '../../src/common/values.js';
import { createSelection, selects } from '../../src/streaming/selection.js';

const values = (): ChannelValues =>
  new Map([
    ['image', 1],
    ['x_profile', 2],
    ['intensity', 3],
  ]);
const entries = (selected: ChannelValues): unknown[] => [...selected];

describe('selection of channels', () => {
  it('passes everything on without include and exclude', () => {
    expect(entries(createSelection([], null)(values()))).to.deep.equal([...values()]);
  });

  it('takes the included names in their order, missing ones as null', () => {
    expect(entries(createSelection(['intensity', 'zzz', 'image'], undefined)(values()))).to.deep.equal([
      ['intensity', 3],
      ['zzz', null],
      ['image', 1],
    ]);
  });

  it('excludes after including', () => {
    expect(entries(createSelection(['x_profile', 'intensity'], ['intensity'])(values()))).to.deep.equal([
      ['x_profile', 2],
    ]);
    expect([...createSelection(null, ['image'])(values()).keys()]).to.deep.equal(['x_profile', 'intensity']);
  });

  it('tells whether a channel can get through', () => {
    expect(selects(null, null, 'image')).to.equal(true);
    expect(selects(['x_profile'], null, 'image')).to.equal(false);
    expect(selects(['image'], ['image'], 'image')).to.equal(false);
    expect(selects(undefined, ['image'], 'image')).to.equal(false);
  });
});
