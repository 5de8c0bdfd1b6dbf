import { expect } from 'chai';
import { type InstanceEvent, isActive, nextState } from '../../src/instances/state.js';
import type { InstanceState } from '../../src/instances/types.js';

const STATES: InstanceState[] = ['starting', 'running', 'stopping', 'ended'];
const EVENTS: InstanceEvent[] = ['ready', 'stop', 'exit'];
const ALLOWED: Record<string, InstanceState> = {
  'starting ready': 'running',
  'starting stop': 'stopping',
  'starting exit': 'ended',
  'running stop': 'stopping',
  'running exit': 'ended',
  'stopping exit': 'ended',
};

describe('states of an instance', () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      const expected = ALLOWED[`${state} ${event}`];
      it(`${state} + ${event} ${expected === undefined ? 'is refused' : `gives ${expected}`}`, () => {
        if (expected === undefined) {
          expect(() => nextState(state, event)).to.throw(`that is ${state} cannot receive '${event}'`);
        } else {
          expect(nextState(state, event)).to.equal(expected);
        }
      });
    }
  }

  it('lists what starts and runs', () => {
    expect(STATES.filter(isActive)).to.deep.equal(['starting', 'running']);
  });
});
