/** The figures of a supervisor for Prometheus; read from its state at each scrape. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Instance } from './instance.js';
import type { Supervisor } from './supervisor.js';
import type { InstanceState } from './types.js';

/** Upper limits, in seconds, of the buckets of start durations. */
const START_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100];
const STATES: readonly InstanceState[] = ['starting', 'running', 'stopping'];

/** Registers the metrics of `supervisor`, all named `camserver_…`. One supervisor per registry. */
export function collectMetrics(supervisor: Supervisor, registry: Registry): void {
  const registers = [registry];
  const { counts, hosts, ports } = supervisor;

  gauge('camserver_instances', 'Instance processes by state.', ['state'], (metric) => {
    for (const state of STATES) {
      const count = supervisor.all().filter((instance) => instance.state === state).length;
      metric.set({ state }, count);
    }
  });
  gauge(
    'camserver_spare_processes',
    'Warm spare processes that can take an instance at once.',
    [],
    (metric) => metric.set(hosts.loadedSpares),
  );
  gauge('camserver_stream_ports_used', 'Stream ports held by instances.', [], (metric) =>
    metric.set(ports.usage.used),
  );
  gauge('camserver_stream_ports', 'Stream ports of the configured range.', [], (metric) =>
    metric.set(ports.usage.total),
  );

  counter('camserver_instance_starts_total', 'Starts by result.', ['result'], (metric) => {
    metric.inc({ result: 'ok' }, counts.starts);
    metric.inc({ result: 'failed' }, counts.failedStarts);
  });
  counter('camserver_instance_exits_total', 'Ended instances by exit code.', ['code'], (metric) => {
    for (const [code, count] of counts.exits) metric.inc({ code: String(code) }, count);
  });
  counter(
    'camserver_host_processes_total',
    'Processes given to instances by origin.',
    ['origin'],
    (metric) => {
      metric.inc({ origin: 'spare' }, hosts.counts.fromSpare);
      metric.inc({ origin: 'fork' }, hosts.counts.forked);
    },
  );
  counter('camserver_spares_lost_total', 'Spare processes that ended unused.', [], (metric) =>
    metric.inc(hosts.counts.sparesLost),
  );
  const durations = new Histogram({
    name: 'camserver_instance_start_seconds',
    help: 'Seconds from the request to ready.',
    buckets: START_BUCKETS,
    registers,
  });
  counts.startObservers.push((seconds) => durations.observe(seconds));

  perInstance('camserver_instance_received_total', 'Messages received.', (instance) => instance.received);
  perInstance('camserver_instance_sent_total', 'Messages sent.', (instance) => instance.sent);
  perInstance(
    'camserver_instance_received_bytes_total',
    'Bytes received.',
    (instance) => instance.bytesReceived,
  );
  perInstance('camserver_instance_header_changes_total', 'Stream headers created.', (instance) =>
    Math.max(instance.headerChanges, 0),
  );
  counter(
    'camserver_instance_dropped_total',
    'Messages dropped, by reason.',
    ['instance', 'reason'],
    (metric) => {
      for (const { name, lastSample } of supervisor.active()) {
        for (const [reason, count] of Object.entries(lastSample?.dropped ?? {})) {
          metric.inc({ instance: name, reason }, count);
        }
      }
    },
  );
  counter(
    'camserver_instance_forwarded_total',
    'Messages of second outputs by result.',
    ['instance', 'result'],
    (metric) => {
      for (const { name, lastSample } of supervisor.active()) {
        const { sent = 0, dropped = 0 } = lastSample?.forwarded ?? {};
        metric.inc({ instance: name, result: 'sent' }, sent);
        metric.inc({ instance: name, result: 'dropped' }, dropped);
      }
    },
  );
  gauge(
    'camserver_instance_event_loop_delay_seconds',
    'Longest delay of the event loop of the instance within the last second.',
    ['instance'],
    (metric) => {
      for (const { name, lastSample } of supervisor.active()) {
        if (lastSample !== null) metric.set({ instance: name }, lastSample.eventLoopDelay);
      }
    },
  );
  usageOf('camserver_instance_cpu_percent', 'Percent of one core.', 'cpu');
  usageOf('camserver_instance_resident_bytes', 'Resident memory.', 'memory');

  function gauge<T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    fill: (metric: Gauge<T>) => void,
  ) {
    const collect = readAtScrape(fill);
    new Gauge<T>({ name, help, labelNames, registers, collect });
  }

  function counter<T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    fill: (metric: Counter<T>) => void,
  ) {
    const collect = readAtScrape(fill);
    new Counter<T>({ name, help, labelNames, registers, collect });
  }

  function perInstance(
    name: string,
    help: string,
    value: (sample: NonNullable<Instance['lastSample']>) => number,
  ) {
    counter(name, help, ['instance'], (metric) => {
      for (const instance of supervisor.active()) {
        if (instance.lastSample !== null) metric.inc({ instance: instance.name }, value(instance.lastSample));
      }
    });
  }

  function usageOf(name: string, help: string, key: 'cpu' | 'memory') {
    gauge(name, help, ['instance'], (metric) => {
      for (const instance of supervisor.active()) {
        const value = instance.usage[key];
        if (value !== null) metric.set({ instance: instance.name }, value);
      }
    });
  }
}

function readAtScrape<M extends { reset(): void }>(fill: (metric: M) => void): (this: M) => void {
  return function collect() {
    this.reset();
    fill(this);
  };
}
