import { expect } from 'chai';
import { actionChoices, actorChoices } from '../../../src/console/app/core/audit-choices.js';

const record = (actor: string | null, address: string, action: string) => ({ actor, address, action });
const RECORDS = [
  record('otto', '10.0.0.1', 'instance.stop'),
  record(null, '10.0.0.7', 'config.save'),
  record('ada', '10.0.0.1', 'instance.start'),
  record('otto', '10.0.0.2', 'instance.stop'),
];

describe('console/audit-choices', () => {
  it('are the users, then the addresses of those without a name, each once', () => {
    expect(actorChoices(RECORDS).map(([value]) => value)).to.deep.equal(['ada', 'otto', '10.0.0.7']);
    expect(actorChoices([])).to.deep.equal([]);
  });

  it('are the actions, with a choice for groups of several', () => {
    expect(actionChoices(RECORDS)).to.deep.equal([
      ['config.save', 'config.save'],
      ['instance', 'instance: all'],
      ['instance.start', 'instance.start'],
      ['instance.stop', 'instance.stop'],
    ]);
  });
});
