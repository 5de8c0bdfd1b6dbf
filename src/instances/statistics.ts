/** The statistics of an instance in the form of the contract. */
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
    ...(sample?.forwarded ? { forwarded: sample.forwarded } : {}),
  };
}

/** `9.98Hz - 123`; clients cut it at `Hz - `. */
function formatRate(rate: number, count: number): string {
  return `${rate.toFixed(2)}Hz - ${count}`;
}
