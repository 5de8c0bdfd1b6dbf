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

  /** What clients need in their environment to find this server and no other. */
  get environment(): Record<string, string> {
    return { EPICS_CA_ADDR_LIST: `127.0.0.1:${this.port}`, EPICS_CA_AUTO_ADDR_LIST: 'NO' };
  }

  private async send(command: PeerCommand): Promise<void> {
    const done = once(this.process!, 'message');
    this.process!.send(command);
    await done;
  }
}
