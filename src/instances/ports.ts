/** Stream ports: each is held by at most one instance name, from before the start until the instance is deleted. */
import { createServer } from 'node:net';
import { CamServerError } from '../common/errors.js';

export interface PortRange {
  /** The first port. */
  readonly from: number;
  /** The port after the last. */
  readonly to: number;
}

/**
 * Hands out the ports of a range, round robin after the last one handed out, so that a freed port is not reused at once.
 * A port is marked before the operating system is asked whether it is free: two callers never get the same.
 */
export class PortAllocator {
  private readonly holders = new Map<number, string>();
  private next: number;

  /** @param address the interface that streams are bound to, `0.0.0.0` for all */
  constructor(
    private readonly range: PortRange,
    private readonly address = '0.0.0.0',
  ) {
    this.next = range.from;
  }

  /** Ports in use and in total, fixed ones outside the range included in the first. */
  get usage(): { used: number; total: number } {
    return { used: this.holders.size, total: this.range.to - this.range.from };
  }

  /** The port that `name` holds. */
  portOf(name: string): number | null {
    for (const [port, holder] of this.holders) if (holder === name) return port;
    return null;
  }

  holderOf(port: number): string | null {
    return this.holders.get(port) ?? null;
  }

  /**
   * Reserves a free port of the range for `name`.
   * @param preferred taken if it is free
   * @throws CamServerError `All ports are used. Stop some instances before opening a new stream.`
   */
  async allocate(name: string, preferred: number | null = null): Promise<number> {
    if (preferred !== null && this.contains(preferred) && (await this.take(name, preferred)))
      return preferred;
    const total = this.range.to - this.range.from;
    for (let tried = 0; tried < total; tried += 1) {
      const port = this.next;
      this.next = port + 1 < this.range.to ? port + 1 : this.range.from;
      if (await this.take(name, port)) return port;
    }
    throw new CamServerError(
      'NO_PORT',
      'All ports are used. Stop some instances before opening a new stream.',
    );
  }

  /**
   * Reserves exactly `port`, inside or outside the range.
   * @throws CamServerError when an instance or another program has it
   */
  async reserve(name: string, port: number): Promise<void> {
    const holder = this.holders.get(port);
    if (holder === name) return;
    if (holder !== undefined) {
      throw new CamServerError('PORT_USED', `Port ${port} is used by instance '${holder}'.`);
    }
    if (!(await this.take(name, port))) {
      throw new CamServerError('PORT_USED', `Port ${port} is used by another program.`);
    }
  }

  /** Gives back what `name` holds. */
  release(name: string): void {
    for (const [port, holder] of this.holders) if (holder === name) this.holders.delete(port);
  }

  private contains(port: number): boolean {
    return port >= this.range.from && port < this.range.to;
  }

  private async take(name: string, port: number): Promise<boolean> {
    if (this.holders.has(port)) return false;
    this.holders.set(port, name);
    if (await isFree(port, this.address)) return true;
    this.holders.delete(port);
    return false;
  }
}

/** Whether a program of this machine could listen on the port now. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
