/** A Channel Access server in a process of its own, for tests of cameras. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TypedArray } from '../../src/common/dtype.js';
import type { NativeType } from '../../src/epics/index.js';

type Value = number[] | string[] | TypedArray;

export interface PeerCommand {
  readonly add?: readonly (readonly [name: string, type: NativeType, value: Value])[];
  readonly set?: readonly (readonly [name: string, value: Value])[];
}

export class ChannelAccessPeer {
  private process: ChildProcess | null = null;

  /** UDP port of the searches. */
  port = 0;

  /** @param variables served from the start on */
  async start(variables: PeerCommand['add'] = []): Promise<void> {
    const program = fileURLToPath(new URL('./channel-access-peer.js', import.meta.url));
    this.process = fork(program, [String(this.port)], { serialization: 'advanced' });
    [this.port] = (await once(this.process, 'message')) as [number];
    await this.send({ add: variables });
  }

  add(...variables: NonNullable<PeerCommand['add']>): Promise<void> {
    return this.send({ add: variables });
  }

  set(...values: NonNullable<PeerCommand['set']>): Promise<void> {
    return this.send({ set: values });
  }

  /** As an IOC that is switched off. */
  async kill(): Promise<void> {
    if (this.process === null || this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
    this.process = null;
  }

  private async send(command: PeerCommand): Promise<void> {
    const done = once(this.process!, 'message');
    this.process!.send(command);
    await done;
  }
}

const SEARCH_VARIABLES = ['EPICS_CA_ADDR_LIST', 'EPICS_CA_AUTO_ADDR_LIST'] as const;

/**
 * Lets clients of this process, and of those that it starts from now on, find the server that searches at that UDP port and no
 * other.
 * @returns gives the former environment back
 */
export function searchAt(port: number): () => void {
  const former = SEARCH_VARIABLES.map((name) => [name, process.env[name]] as const);
  process.env.EPICS_CA_ADDR_LIST = `127.0.0.1:${port}`;
  process.env.EPICS_CA_AUTO_ADDR_LIST = 'NO';
  return () => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
