/**
 * Three hosts for tests: network namespaces on one bridge, whose links can be cut, where the machine allows it; else loopback
 * addresses behind relays.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { type Relay, startRelay } from './relay.js';

export const HOST_COUNT = 3;

export interface Hosts {
  /** Of the host of the manager and of the test. */
  readonly manager: string;
  readonly addresses: readonly string[];
  /** What a command line on a host begins with. */
  prefix(host: number): readonly string[];
  /** The address by which other hosts reach a server of a host. */
  reach(host: number, url: string): Promise<string>;
  /** Nothing gets to the host or comes from it any more, and nobody is told. */
  cut(host: number): void;
  join(host: number): void;
  /** Answers of the host are late by so many milliseconds; 0: no longer. */
  slow(host: number, milliseconds: number): void;
  close(): Promise<void>;
}

/** Why there are no network namespaces here; null where there are. */
export function namespaceFault(): string | null {
  const name = `cs${process.pid}`;
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'exec', name, 'true');
    run('ip', 'link', 'add', `${name}b`, 'type', 'bridge');
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    spawnSync('ip', ['link', 'del', `${name}b`]);
    spawnSync('ip', ['netns', 'del', name]);
  }
}

/** Hosts on `127.0.0.x`: a relay stands between the manager and each of their servers. */
export function loopbackHosts(): Hosts {
  const relays: Relay[] = [];
  return {
    manager: '127.0.0.1',
    addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    prefix: () => [],
    reach: async (host, url) => {
      relays[host] = await startRelay(url);
      return relays[host].url;
    },
    cut: (host) => {
      relays[host]!.isCut = true;
    },
    join: (host) => {
      relays[host]!.isCut = false;
    },
    slow: (host, milliseconds) => {
      relays[host]!.delay = milliseconds;
    },
    close: async () => void (await Promise.all(relays.map((relay) => relay.close()))),
  };
}

/**
 * Hosts in network namespaces, each with a link to a bridge; the test is on the bridge itself. Where the system has no `netem`,
 * a relay makes slow hosts slow.
 */
export function namespaceHosts(): Hosts {
  const name = `cs${process.pid % 100_000}x${randomInt(1000)}`;
  // the range for tests of networks (RFC 2544)
  const subnet = `198.18.${randomInt(1, 255)}`;
  const all = Array.from({ length: HOST_COUNT }, (_, host) => host);
  const link = (host: number): string => `${name}l${host}`;
  const relays: Relay[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(relays.map((relay) => relay.close()));
    for (const host of all) {
      spawnSync('ip', ['link', 'del', link(host)]);
      spawnSync('ip', ['netns', 'del', `${name}h${host}`]);
    }
    spawnSync('ip', ['link', 'del', name]);
  };
  const set = (host: number, state: 'up' | 'down'): void => run('ip', 'link', 'set', link(host), state);
  run('ip', 'link', 'add', name, 'type', 'bridge');
  run('ip', 'addr', 'add', `${subnet}.254/24`, 'dev', name);
  run('ip', 'link', 'set', name, 'up');
  for (const host of all) {
    const namespace = `${name}h${host}`;
    const inside = ['ip', '-netns', namespace] as const;
    run('ip', 'netns', 'add', namespace);
    run('ip', 'link', 'add', link(host), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    run('ip', 'link', 'set', link(host), 'master', name);
    set(host, 'up');
    run(...inside, 'addr', 'add', `${subnet}.${host + 1}/24`, 'dev', 'eth0');
    run(...inside, 'link', 'set', 'eth0', 'up');
    run(...inside, 'link', 'set', 'lo', 'up');
  }
  const hasNetem = spawnSync('tc', ['qdisc', 'replace', 'dev', link(0), 'root', 'netem']).status === 0;
  return {
    manager: `${subnet}.254`,
    addresses: all.map((host) => `${subnet}.${host + 1}`),
    prefix: (host) => ['ip', 'netns', 'exec', `${name}h${host}`],
    reach: async (host, url) => {
      if (hasNetem) return url;
      relays[host] = await startRelay(url);
      return relays[host].url;
    },
    cut: (host) => set(host, 'down'),
    join: (host) => set(host, 'up'),
    slow: (host, milliseconds) => {
      if (!hasNetem) relays[host]!.delay = milliseconds;
      else run('tc', 'qdisc', 'replace', 'dev', link(host), 'root', 'netem', 'delay', `${milliseconds}ms`);
    },
    close,
  };
}

function run(program: string, ...parameters: string[]): void {
  const { error, status, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${stderr.trim()}`);
}
