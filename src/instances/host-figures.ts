/** Load of the machine, as every server reports it in its `info`. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import type { JsonObject } from '../common/json.js';
import { packageVersion } from '../common/package.js';

export interface HostFigures {
  /** Percent of all processors; null until two samples exist. */
  readonly cpu: number | null;
  /** Bytes in use. */
  readonly memory: number | null;
  /** Bytes per second over all network interfaces but the loopback; null until two samples exist. */
  readonly tx: number | null;
  readonly rx: number | null;
}

interface Sample {
  readonly time: number;
  readonly busy: number;
  readonly total: number;
  readonly network: { readonly received: number; readonly sent: number } | null;
}

/** Rates over a shorter time say little; and a second poller must not falsify what the first one sees. */
const SHORTEST_WINDOW = 1000;

/** Rates between two readings, at least a second apart. */
export class HostFiguresReader {
  private last: Sample | null = null;
  private rates: Pick<HostFigures, 'cpu' | 'tx' | 'rx'> = { cpu: null, tx: null, rx: null };

  read(): HostFigures {
    if (this.last === null || performance.now() - this.last.time >= SHORTEST_WINDOW) {
      const sample = takeSample();
      if (this.last !== null) this.rates = ratesBetween(this.last, sample);
      this.last = sample;
    }
    return { cpu: this.rates.cpu, memory: memoryInUse(), tx: this.rates.tx, rx: this.rates.rx };
  }
}

/** Makes the `info` of a server: version, instances, load of the machine. */
export function createServerInfo(): (activeInstances: JsonObject) => JsonObject {
  const figures = new HostFiguresReader();
  // tells managers that the server was restarted
  const bootId = randomUUID();
  return (activeInstances) => ({
    version: packageVersion,
    boot_id: bootId,
    active_instances: activeInstances,
    ...figures.read(),
  });
}

function takeSample(): Sample {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq;
    busy += sum;
    total += sum + times.idle;
  }
  return { time: performance.now(), busy, total, network: networkBytes() };
}

function ratesBetween(before: Sample, now: Sample): Pick<HostFigures, 'cpu' | 'tx' | 'rx'> {
  const seconds = (now.time - before.time) / 1000;
  const total = now.total - before.total;
  const perSecond = (direction: 'received' | 'sent'): number | null =>
    now.network === null || before.network === null
      ? null
      : Math.max(0, (now.network[direction] - before.network[direction]) / seconds);
  return {
    cpu: total > 0 ? (100 * (now.busy - before.busy)) / total : null,
    tx: perSecond('sent'),
    rx: perSecond('received'),
  };
}

/** What programs use; caches that the system would give back do not count. */
function memoryInUse(): number {
  const text = readOrNull('/proc/meminfo');
  const available = text === null ? null : /^MemAvailable:\s+(\d+) kB/m.exec(text);
  return totalmem() - (available == null ? freemem() : Number(available[1]) * 1024);
}

function networkBytes(): Sample['network'] {
  const text = readOrNull('/proc/net/dev');
  if (text === null) return null;
  let received = 0;
  let sent = 0;
  for (const line of text.split('\n')) {
    const match = /^\s*([^:]+):\s*(.*)$/.exec(line);
    if (match === null || match[1] === 'lo') continue;
    const columns = match[2]!.trim().split(/\s+/).map(Number);
    received += columns[0] ?? 0;
    sent += columns[8] ?? 0;
  }
  return { received, sent };
}

/** These files exist on Linux only. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
