import { expect } from 'chai';
import { formatJson } from '../../src/common/json.js';
import type { Supervisor, SupervisorOptions } from '../../src/instances/index.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.js';
import { createSupervisor, rejection, specification } from './support.js';

describe('supervisor', () => {
  let supervisor: Supervisor;

  async function supervise(options: Partial<SupervisorOptions> = {}): Promise<void> {
    supervisor = await createSupervisor(options);
  }

  afterEach(() => supervisor.close({ stop: 500, kill: 300 }));

  describe('start', () => {
    it('returns when the program serves', async () => {
      await supervise();
      const instance = await supervisor.start('one', () => specification('one', 'wait'));
      expect(instance.state).to.equal('running');
      expect(instance.exitCode).to.equal(null);
      expect(instance.lastStartTime).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d{4}$/);
      expect(isAlive(instance.pid!)).to.equal(true);
      expect(supervisor.active()).to.deep.equal([instance]);
    });

    it('is shared by simultaneous calls for one name', async () => {
      await supervise();
      let prepared = 0;
      const prepare = () => {
        prepared += 1;
        return specification('shared', 'wait');
      };
      const started = await Promise.all([1, 2, 3, 4].map(() => supervisor.start('shared', prepare)));
      expect(new Set(started).size).to.equal(1);
      expect(prepared).to.equal(1);
      expect(await supervisor.start('shared', prepare)).to.equal(started[0]);
      expect(prepared).to.equal(1);
    });

    it('runs side by side for different names', async () => {
      await supervise();
      const arrived = new Set<string>();
      const bothArrived = async (name: string) => {
        arrived.add(name);
        await until(() => arrived.size === 2);
        return specification(name, 'wait');
      };
      const [a, b] = await Promise.all(
        ['a', 'b'].map((name) => supervisor.start(name, () => bothArrived(name))),
      );
      expect(a!.port).not.to.equal(b!.port);
    });

    it('replaces a running instance of another kind', async () => {
      await supervise();
      const first = await supervisor.start('camera', () =>
        specification('camera', 'wait', { kind: 'epics' }),
      );
      const prepare = () => specification('camera', 'wait', { kind: 'simulation' });
      expect(await supervisor.start('camera', prepare, 'epics')).to.equal(first);
      const second = await supervisor.start('camera', prepare, 'simulation');
      expect(second).not.to.equal(first);
      expect(isAlive(first.pid!)).to.equal(false);
      expect(second.specification.kind).to.equal('simulation');
    });

    it('passes on what the preparation throws and gives the name back', async () => {
      await supervise();
      const failing = supervisor.start('one', () => {
        throw new Error('Camera one is not online. Cannot start pipeline.');
      });
      expect((await rejection(failing)).message).to.contain('is not online');
      expect(supervisor.get('one')).to.equal(null);
      expect(supervisor.ports.usage.used).to.equal(0);
      await supervisor.start('one', () => specification('one', 'wait'));
    });

    it('fails with the text of the contract when the program ends before it is ready', async () => {
      await supervise();
      const config = { how: 'throw' };
      const failing = supervisor.start('bad', () => specification('bad', 'crash', { config }));
      expect((await rejection(failing)).message).to.equal("'bad' instance  terminated. See logs.");
      expect(supervisor.require('bad').exitCode).to.equal(1);
      expect(
        supervisor
          .logs('bad')
          .map((record) => record[3])
          .join('\n'),
      ).to.contain('thrown by the program');
      expect(supervisor.ports.usage.used).to.equal(0);
    });

    it('fails when the program cannot be loaded', async () => {
      await supervise();
      const failing = supervisor.start('none', () => specification('none', 'no-such-program'));
      expect((await rejection(failing)).message).to.equal("'none' instance  terminated. See logs.");
      expect(formatJson(supervisor.logs('none'))).to.contain('no-such-program');
    });

    for (const how of ['ignore', 'block']) {
      it(`is given up when the program does not become ready (${how})`, async () => {
        await supervise({ spares: 1, timeouts: { start: 1500, kill: 100 } });
        // the time-out is that of the program, not of a process that a busy machine has not begun to run
        await until(() => supervisor.hosts.loadedSpares === 1);
        const failing = supervisor.start('slow', () =>
          specification('slow', 'stubborn', { config: { how } }),
        );
        expect((await rejection(failing)).message).to.equal(
          "Could not start the 'slow' instance in time. Terminated. See logs.",
        );
        const { exitCode, pid, state } = supervisor.require('slow');
        expect([exitCode, state]).to.deep.equal([-9, 'ended']);
        expect(isAlive(pid!)).to.equal(false);
      });
    }
  });

  describe('create', () => {
    it('refuses a name that starts or runs, and takes one that has ended', async () => {
      await supervise();
      const prepare = () => specification('id', 'wait');
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => supervisor.create('id', prepare)));
      expect(outcomes.map((outcome) => outcome.status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
      expect((await rejection(supervisor.create('id', prepare))).message).to.equal(
        "Instance with id 'id' is already present and running. Use another instance_id or stop the current instance if you want to reuse the same instance_id.",
      );
      await supervisor.stop('id');
      expect((await supervisor.create('id', prepare)).state).to.equal('running');
    });
  });

  describe('stop', () => {
    it('waits for the end and keeps the record', async () => {
      await supervise();
      const { pid } = await supervisor.start('one', () => specification('one', 'wait'));
      await supervisor.stop('one');
      expect(isAlive(pid!)).to.equal(false);
      const instance = supervisor.require('one');
      expect([instance.state, instance.exitCode, instance.reason]).to.deep.equal([
        'ended',
        0,
        'stopped on request',
      ]);
      expect(supervisor.active()).to.deep.equal([]);
      expect(supervisor.logs('one').at(-1)![3]).to.equal('Exiting process with exit_code 0.');
    });

    it('accepts unknown names', async () => {
      await supervise();
      await supervisor.stop('nobody');
      await supervisor.delete('nobody');
      expect(supervisor.all()).to.deep.equal([]);
    });

    it('during the start ends the start', async () => {
      await supervise();
      const config = { how: 'ignore' };
      const starting = rejection(supervisor.start('one', () => specification('one', 'stubborn', { config })));
      await until(() => supervisor.get('one') !== null);
      await supervisor.stop('one', { stop: 100, kill: 100 });
      expect((await starting).message).to.equal("'one' instance  terminated. See logs.");
      expect(supervisor.require('one').state).to.equal('ended');
    });

    it('during the preparation starts nothing', async () => {
      await supervise();
      const starting = rejection(supervisor.start('one', () => new Promise(() => {})));
      await supervisor.stop('one');
      expect((await starting).message).to.equal("'one' instance  terminated. See logs.");
      expect(supervisor.get('one')).to.equal(null);
    });

    it('is waited for by a start', async () => {
      await supervise();
      const first = await supervisor.start('one', () => specification('one', 'wait'));
      const stopping = supervisor.stop('one');
      const second = await supervisor.start('one', () => specification('one', 'wait'));
      await stopping;
      expect(first.state).to.equal('ended');
      expect(second.state).to.equal('running');
    });

    it('insists with SIGTERM', async () => {
      await supervise();
      const config = { how: 'ignore', ready: true };
      await supervisor.start('one', () => specification('one', 'stubborn', { config }));
      await supervisor.stop('one', { stop: 50, kill: 60_000 });
      const instance = supervisor.require('one');
      expect(instance.exitCode).to.equal(-15);
      expect(instance.reason).to.equal("Could not stop the 'one' instance in time. Terminated.");
      expect(formatJson(instance.logs)).to.contain(instance.reason);
    });

    it('insists with SIGKILL when the event loop is blocked', async () => {
      await supervise();
      const config = { how: 'block', ready: true };
      await supervisor.start('one', () => specification('one', 'stubborn', { config }));
      await until(() => supervisor.logs('one').some(([, , , text]) => text === 'blocks'));
      await supervisor.stop('one', { stop: 50, kill: 50 });
      expect(supervisor.require('one').exitCode).to.equal(-9);
    });

    it('all stops them side by side', async () => {
      await supervise();
      const names = ['a', 'b', 'c', 'd'];
      await Promise.all(names.map((name) => supervisor.start(name, () => specification(name, 'wait'))));
      await supervisor.stopAll();
      expect(supervisor.all().map((instance) => instance.exitCode)).to.deep.equal([0, 0, 0, 0]);
    });

    it('by close lets nothing start afterwards', async () => {
      await supervise();
      await supervisor.close();
      const late = supervisor.start('late', () => specification('late', 'wait'));
      expect((await rejection(late)).message).to.equal('The server is shutting down.');
    });
  });

  describe('delete', () => {
    it('forgets the record and the port', async () => {
      await supervise();
      await supervisor.start('one', () => specification('one', 'wait'));
      await supervisor.delete('one');
      expect(supervisor.get('one')).to.equal(null);
      expect(supervisor.ports.usage.used).to.equal(0);
      expect(() => supervisor.require('one')).to.throw("Instance 'one' does not exist.");
    });
  });

  describe('records of ended instances', () => {
    for (const [how, ready, expected] of [
      ['return', true, 7],
      ['throw', true, 2],
      ['uncaught', true, 2],
      ['rejection', true, 2],
      ['uncaught', false, 1],
      ['kill', true, -9],
    ] as const) {
      it(`give exit code ${expected} after '${how}' ${ready ? 'when running' : 'before ready'}`, async () => {
        await supervise();
        const config = { how, ready, code: 7 };
        const started = supervisor.start('one', () => specification('one', 'crash', { config }));
        if (ready) await started;
        else await rejection(started);
        await supervisor.require('one').ended;
        expect(supervisor.require('one').exitCode).to.equal(expected);
        expect(supervisor.logs('one')[0]![3]).to.equal('about to end');
      });
    }

    it('are bounded, the oldest go first', async () => {
      await supervise({ endedRecords: 2 });
      for (const name of ['a', 'b', 'c']) {
        await supervisor.start(name, () =>
          specification(name, 'crash', { config: { ready: true, code: 0 } }),
        );
        await supervisor.get(name)?.ended;
      }
      expect(supervisor.all().map((instance) => instance.name)).to.deep.equal(['b', 'c']);
    });
  });
});
