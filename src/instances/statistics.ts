/** The statistics of an instance in the form of the contract. */
import type { JsonObject, JsonValue } from '../common/json.js';
import type { StatisticsSample } from './messages.js';
import type { InstanceStatistics } from './types.js';

/** What the operating system says about a process; null where it cannot be measured. */
export interface ProcessUsage {
  /** Percent of one core. */
  readonly cpu: number | null;
  /** Resident bytes. */
  readonly memory: number | null;
}

/** @param sample null before the first window has closed */
export function formatStatistics(
  sample: StatisticsSample | null,
  pid: number | null,
  usage: ProcessUsage,
): InstanceStatistics {
  return {
    total_bytes: sample?.bytesReceived ?? 0,
    clients: sample?.clients ?? 0,
    throughput: sample?.throughput ?? 0,
    time: sample?.time ?? '',
    rx: formatRate(sample?.receiveRate ?? 0, sample?.received ?? 0),
    tx: formatRate(sample?.sendRate ?? 0, sample?.sent ?? 0),
    pid: pid === null ? '' : String(pid),
    cpu: usage.cpu,
    memory: usage.memory,
    header_changes: sample?.headerChanges ?? 0,
    ...(sample?.frameShape ? { frame_shape: sample.frameShape } : {}),
    dropped: sample?.dropped ?? {},
  };
}

/** `9.98Hz - 123`; clients cut it at `Hz - `. */
function formatRate(rate: number, count: number): string {
  return `${rate.toFixed(2)}Hz - ${count}`;
}

/**
 * The compact record of the worker heartbeat from an instance record of `info`: rates as numbers, `"2 + 1"` clients split
 * into `clients` and `forwards`.
 * @param record with `stream_address`, `last_start_time`, `statistics`, and what the family has of `camera_name`, `read_only`
 */
export function compactRecord(record: JsonObject): JsonObject {
  const statistics = record.statistics as JsonObject;
  const [clients, forwards] = String(statistics.clients).split(' + ').map(Number);
  return {
    stream_address: record.stream_address ?? null,
    camera_name: record.camera_name ?? null,
    simulation: null,
    last_start_time: record.last_start_time ?? null,
    read_only: record.read_only ?? null,
    geometry: null,
    total_bytes: statistics.total_bytes!,
    clients: clients!,
    ...(forwards === undefined ? {} : { forwards }),
    throughput: statistics.throughput!,
    time: statistics.time!,
    pid: statistics.pid!,
    cpu: statistics.cpu!,
    memory: statistics.memory!,
    header_changes: statistics.header_changes!,
    frame_shape: statistics.frame_shape ?? null,
    rx: parseRate(statistics.rx),
    tx: parseRate(statistics.tx),
  };
}

/** The rate of `"9.98Hz - 123"`, null when the text has another form. */
function parseRate(text: JsonValue | undefined): number | null {
  const rate = typeof text === 'string' ? Number.parseFloat(text.split('Hz')[0]!) : Number.NaN;
  return Number.isNaN(rate) ? null : rate;
}
