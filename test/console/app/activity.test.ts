import { expect } from 'chai';
import {
  type Activity,
  describeAction,
  isAction,
  withBegun,
  withEnded,
} from '../../../src/console/app/core/activity.js';

function begun(requestId: string): Activity {
  return {
    ...{ requestId, action: 'stop instance', target: 'a', begun: 1000 },
    ...{ ended: null, state: 'running', error: null },
  };
}

describe('console/activity', () => {
  it('is what changes something', () => {
    expect(isAction('GET', '/api/v2/snapshot')).to.equal(false);
    expect(isAction('POST', '/api/v2/scripts/check')).to.equal(false);
    expect(isAction('POST', '/api/v2/placement/pipelines/preview')).to.equal(false);
    expect(isAction('POST', '/api/v2/configs/pipelines/validate?deep=1')).to.equal(false);
    expect(isAction('POST', '/api/v2/instances/pipelines/a/stop')).to.equal(true);
    expect(isAction('DELETE', '/api/v2/scripts/check')).to.equal(true);
  });

  it('has words from its request', () => {
    const cases: [method: string, path: string, action: string, target: string][] = [
      ['POST', '/api/v2/instances/pipelines/a%20b/stop', 'stop instance', 'pipelines / a b'],
      ['POST', '/api/v2/instances/cameras', 'create instance', 'cameras'],
      ['POST', '/api/v2/instances/cameras/a/config', 'change instance', 'cameras / a'],
      ['PUT', '/api/v2/configs/pipelines/restart', 'save configuration', 'pipelines / restart'],
      ['DELETE', '/api/v2/scripts/a.py', 'delete script', 'a.py'],
      ['DELETE', '/api/v2/libraries/a.so', 'delete library', 'a.so'],
      ['POST', '/api/v2/session', 'create session', ''],
    ];
    for (const [method, path, action, target] of cases) {
      expect(describeAction(method, path)).to.deep.equal({ action, target });
    }
  });

  it('stands first while it is the newest, once for each request, and ends with its result', () => {
    let list = withBegun(withBegun([], begun('1')), begun('2'));
    list = withBegun(list, begun('2'));
    expect(list.map(({ requestId }) => requestId)).to.deep.equal(['2', '1']);
    list = withEnded(list, '1', { ended: 3000, state: 'failed', error: 'no worker' });
    expect(list).to.deep.equal([
      begun('2'),
      { ...begun('1'), ended: 3000, state: 'failed', error: 'no worker' },
    ]);
  });

  it('is forgotten after many others', () => {
    let list: readonly Activity[] = [];
    for (let index = 0; index < 60; index += 1) list = withBegun(list, begun(String(index)));
    expect(list).to.have.length(50);
    expect(list[0]?.requestId).to.equal('59');
  });
});
