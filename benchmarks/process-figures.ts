/** What a process takes, as Linux tells it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat per second. */
const TICKS = 100;

/** User and system time of all threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Megabytes; pages that several processes share count in parts. */
export function proportionalSetSize(pid: number): number {
  return megabytes(`/proc/${pid}/smaps_rollup`, 'Pss');
}

/** Megabytes. */
export function residentSetSize(pid: number): number {
  return megabytes(`/proc/${pid}/status`, 'VmRSS');
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Those of all its threads. */
export function childProcesses(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((text) => text !== '')
    .map(Number);
}

function megabytes(path: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))![1]) / 1024;
}
