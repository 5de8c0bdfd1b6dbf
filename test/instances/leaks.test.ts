import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { childrenOf, isAlive } from '../support/processes.js';
import { until } from '../support/until.js';
import { createSupervisor, specification } from './support.js';

const CYCLES = 60;

describe('many starts and stops', () => {
  it('leave no process, no port and no open file', async () => {
    const supervisor = await createSupervisor({ spares: 1 });
    const pids: number[] = [];
    const cycle = async (name: string): Promise<void> => {
      const instance = await supervisor.start(name, () => specification(name, 'wait'));
      pids.push(instance.pid!);
      await supervisor.delete(name);
    };
    await cycle('first');
    await until(() => supervisor.hosts.loadedSpares === 1);
    const filesBefore = pipes();
    for (let index = 0; index < CYCLES; index += 4) {
      await Promise.all([0, 1, 2, 3].map((lane) => cycle(`instance-${lane}`)));
    }
    await until(() => supervisor.hosts.loadedSpares === 1);
    expect(pids).to.have.length(CYCLES + 1);
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(supervisor.ports.usage.used).to.equal(0);
    expect(supervisor.all()).to.deep.equal([]);
    await until(() => pipes() <= filesBefore);
    const [spare] = supervisor.hosts.sparePids;
    expect(childrenOf(process.pid)).to.include(spare);
    await supervisor.close();
    expect(childrenOf(process.pid)).not.to.include(spare);
  });
});

describe('an instance that was deleted', () => {
  it('leaves nothing in the memory of the server', async () => {
    const supervisor = await createSupervisor({ spares: 0 });
    const remains: WeakRef<object>[] = [];
    const cycle = async (name: string): Promise<void> => {
      remains.push(new WeakRef(await supervisor.start(name, () => specification(name, 'wait'))));
      await supervisor.delete(name);
    };
    for (const name of ['one', 'two', 'three', 'two']) await cycle(name);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await until(() => {
      collect();
      return remains.every((instance) => instance.deref() === undefined);
    });
    await supervisor.close();
  });
});

/** Open sockets, pipes and files in /proc of this process. */
function pipes(): number {
  return readdirSync('/proc/self/fd').length;
}
