/** The processes of a cluster and what they hold, as Linux tells it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ServerFigures {
  /** `camera worker 8801`: role and port. */
  readonly name: string;
  readonly pid: number;
  /** Megabytes in memory. */
  readonly memory: number;
  readonly files: number;
}

export interface TreeFigures {
  readonly servers: readonly ServerFigures[];
  /** Of all processes below the first one. */
  readonly processes: number;
  /** Processes of instances, warm spares included. */
  readonly hosts: readonly number[];
  /** TCP ports on which they listen. */
  readonly ports: number;
}

/** @param root process that started everything */
export function readTree(root: number): TreeFigures {
  const servers: ServerFigures[] = [];
  const hosts: number[] = [];
  let processes = 0;
  const inodes = new Set<string>();
  const visit = (pid: number): void => {
    for (const child of childrenOf(pid)) {
      processes += 1;
      const arguments_ = commandLine(child);
      const files = openFiles(child);
      for (const file of files) if (file.startsWith('socket:')) inodes.add(file.slice(8, -1));
      if (arguments_.some((argument) => argument.endsWith('/instances/host.js'))) {
        hosts.push(child);
      } else {
        const role = arguments_.find((argument) => /^(camera|pipeline)-(manager|worker)$/.test(argument));
        const port = arguments_[arguments_.indexOf('--port') + 1];
        if (role !== undefined) {
          servers.push({ name: `${role} ${port}`, pid: child, memory: memoryOf(child), files: files.length });
        }
      }
      visit(child);
    }
  };
  visit(root);
  return { servers, processes, hosts, ports: listening(inodes) };
}

/** Of all its threads. All lists are empty, and figures 0, for a process that has just ended. */
function childrenOf(pid: number): number[] {
  return entries(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function commandLine(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split('\0');
}

function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

function openFiles(pid: number): string[] {
  return entries(`/proc/${pid}/fd`).flatMap((file) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${file}`)];
    } catch {
      return [];
    }
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** State 0A of `/proc/net/tcp` is LISTEN. */
function listening(inodes: ReadonlySet<string>): number {
  const lines = [read('/proc/net/tcp'), read('/proc/net/tcp6')].join('\n').split('\n');
  return lines.filter((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[3] === '0A' && inodes.has(fields[9] ?? '');
  }).length;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
