import { expect } from 'chai';
import { cameraAliases, cameraGroups } from '../../src/camera/aliases.js';
import type { JsonObject } from '../../src/common/json.js';

const configurations = new Map<string, JsonObject>([
  ['A', { alias: ['one', 2], group: ['G', 'G', 'H'] }],
  ['B', { alias: 'one', group: 'G' }],
  ['C', { alias: 'A' }],
]);

describe('camera/aliases', () => {
  it('maps aliases to names; names win over aliases, later cameras over earlier ones', () => {
    expect([...cameraAliases(configurations)]).to.deep.equal([
      ['one', 'B'],
      ['2', 'A'],
    ]);
  });

  it('lists the cameras of each group once', () => {
    expect([...cameraGroups(configurations)]).to.deep.equal([
      ['G', ['A', 'B']],
      ['H', ['A']],
    ]);
  });
});
