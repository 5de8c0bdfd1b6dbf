import { expect } from 'chai';
import { Registry } from 'prom-client';
import { collectMetrics, type Supervisor } from '../../src/instances/index.js';
import { freePortRange } from '../support/ports.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.js';
import { createSupervisor, rejection, specification } from './support.js';

describe('warm spares', () => {
  let supervisor: Supervisor;
  afterEach(() => supervisor.close());

  it('are used once and replaced', async () => {
    supervisor = await createSupervisor({ spares: 1 });
    await until(() => supervisor.hosts.loadedSpares === 1);
    const [spare] = supervisor.hosts.sparePids;
    const instance = await supervisor.start('one', () => specification('one', 'wait'));
    expect(instance.pid).to.equal(spare);
    await supervisor.stop('one');
    expect(isAlive(spare!)).to.equal(false);
    await until(() => supervisor.hosts.loadedSpares === 1);
    expect(supervisor.hosts.sparePids).not.to.include(spare);
    expect(supervisor.hosts.counts).to.deep.equal({ forked: 0, fromSpare: 1, sparesLost: 0 });
  });

  it('that die are replaced and counted', async () => {
    supervisor = await createSupervisor({ spares: 1 });
    await until(() => supervisor.hosts.loadedSpares === 1);
    const [spare] = supervisor.hosts.sparePids;
    process.kill(spare!, 'SIGKILL');
    await until(() => supervisor.hosts.counts.sparesLost === 1 && supervisor.hosts.loadedSpares === 1);
    expect(supervisor.hosts.sparePids).not.to.include(spare);
  });

  it('are gone after close', async () => {
    supervisor = await createSupervisor({ spares: 2 });
    await until(() => supervisor.hosts.loadedSpares === 2);
    const pids = supervisor.hosts.sparePids;
    await supervisor.close();
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });

  it('import the programs to expect; one that cannot be imported is told by the instance', async () => {
    const preload = [specification('', 'wait').program, '/no/such/module.js'];
    supervisor = await createSupervisor({ spares: 1, preload });
    await until(() => supervisor.hosts.loadedSpares === 1);
    await supervisor.start('one', () => specification('one', 'wait'));
    expect(supervisor.logs('one').map((record) => record[3])[0]).to.match(
      /^The module \/no\/such\/module\.js cannot be preloaded: /,
    );
  });

  it('do not hinder a hundred starts at once', async () => {
    supervisor = await createSupervisor({ spares: 2, portRange: await freePortRange(200) });
    const names = Array.from({ length: 100 }, (_, index) => `instance-${index}`);
    const instances = await Promise.all(
      names.map((name) => supervisor.start(name, () => specification(name, 'wait'))),
    );
    expect(new Set(instances.map((instance) => instance.port)).size).to.equal(100);
    expect(new Set(instances.map((instance) => instance.pid)).size).to.equal(100);
    await supervisor.stopAll();
    expect(instances.filter((instance) => isAlive(instance.pid!))).to.deep.equal([]);
    expect(supervisor.ports.usage.used).to.equal(0);
  });

  it('and everything else appear in the metrics', async () => {
    supervisor = await createSupervisor({ spares: 1 });
    const registry = new Registry();
    collectMetrics(supervisor, registry);
    await until(() => supervisor.hosts.loadedSpares === 1);
    const running = await supervisor.start('one', () => specification('one', 'wait'));
    await rejection(supervisor.start('bad', () => specification('bad', 'crash', { config: { code: 3 } })));
    await until(() => running.usage.memory !== null && (running.lastSample?.received ?? 0) > 0);
    const text = await registry.metrics();
    for (const line of [
      'camserver_instances{state="running"} 1',
      'camserver_instances{state="stopping"} 0',
      'camserver_stream_ports_used 1',
      'camserver_stream_ports 20',
      'camserver_instance_starts_total{result="ok"} 1',
      'camserver_instance_starts_total{result="failed"} 1',
      'camserver_instance_exits_total{code="3"} 1',
      'camserver_host_processes_total{origin="spare"} 1',
      'camserver_host_processes_total{origin="fork"} 1',
      'camserver_instance_start_seconds_count 1',
      'camserver_instance_received_total{instance="one"} 3',
      'camserver_instance_dropped_total{instance="one",reason="full"} 2',
    ]) {
      expect(text.split('\n')).to.include(line);
    }
    expect(text).to.match(/^camserver_instance_resident_bytes\{instance="one"\} \d+$/m);
    await supervisor.stop('one');
    expect(await registry.metrics()).not.to.contain('instance="one"');
  });
});
