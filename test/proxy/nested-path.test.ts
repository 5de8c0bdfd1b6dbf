import { expect } from 'chai';
import { resolvePath } from '../../src/proxy/nested-path.js';

describe('proxy/nested-path', () => {
  const info = {
    active_instances: { simulation: { statistics: { rx: '10.07Hz - 123' } } },
    servers: { 'http://w1:8880': { load: 1, instances: ['a', 'b'] } },
  };

  it('follows keys, indices of objects and lists, and the special elements', () => {
    expect(resolvePath(info, 'servers/0/load')).to.equal(1);
    expect(resolvePath(info, 'servers/0/instances/-1')).to.equal('b');
    expect(resolvePath(info, 'active_instances/simulation/statistics/rx/_split_Hz/0')).to.equal('10.07');
    expect(resolvePath(info, 'servers/_keys')).to.deep.equal(['http://w1:8880']);
    expect(resolvePath(info, 'servers/_values/0/load')).to.equal(1);
  });

  it('names the missing key', () => {
    expect(() => resolvePath(info, 'zz')).to.throw("'zz'");
    expect(() => resolvePath(info, '')).to.throw("''");
    expect(() => resolvePath(info, 'servers/7')).to.throw("'7'");
    expect(() => resolvePath(info, 'constructor')).to.throw("'constructor'");
  });
});
