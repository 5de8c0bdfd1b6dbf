import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { aliasesOf, groupsOf } from '../../src/storage/aliases.js';

const configurations = new Map<string, JsonObject>([
  ['A', { alias: ['one', 2], group: ['G', 'G', 'H'] }],
  ['B', { alias: 'one', group: 'G' }],
  ['C', { alias: 'A' }],
]);

describe('storage/aliases', () => {
  it('maps aliases to names; names win over aliases, later cameras over earlier ones', () => {
    expect([...aliasesOf(configurations)]).to.deep.equal([
      ['one', 'B'],
      ['2', 'A'],
    ]);
  });

  it('lists the cameras of each group once', () => {
    expect([...groupsOf(configurations)]).to.deep.equal([
      ['G', ['A', 'B']],
      ['H', ['A']],
    ]);
  });
});
