import type { PortPolicy } from './port-policy.js';
import type { PortAllocator } from './ports.js';
import type { InstanceSpecification } from './types.js';

/** How many names are remembered with their last port. */
const REMEMBERED_PORTS = 10_000;

/** Gives instances their ports as the policy of the server says. */
export class PortReservations {
  private readonly lastPorts = new Map<string, number>();

  constructor(
    private readonly allocator: PortAllocator,
    private readonly policy: PortPolicy,
  ) {}

  get usage(): { used: number; total: number } {
    return this.allocator.usage;
  }

  /**
   * The port for a new start; null when the instance needs none.
   * @param hasEnded tells whether the holder of a fixed port has ended and only keeps it: then it loses it
   * @throws CamServerError when the port, or every port, is in use
   */
  async reserve(
    specification: InstanceSpecification,
    hasEnded: (name: string) => boolean,
  ): Promise<number | null> {
    const { name, port: wanted } = specification;
    const kept = this.allocator.portOf(name);
    if (kept !== null && (wanted === 'allocate' || wanted === kept)) return kept;
    if (kept !== null) this.allocator.release(name);
    if (wanted === 'none') return null;
    if (wanted === 'allocate') {
      const preferred = this.policy.prefersLastPort ? (this.lastPorts.get(name) ?? null) : null;
      const port = await this.allocator.allocate(name, preferred);
      this.remember(name, port);
      return port;
    }
    const holder = this.allocator.holderOf(wanted);
    if (holder !== null && hasEnded(holder)) this.allocator.release(holder);
    await this.allocator.reserve(name, wanted);
    return wanted;
  }

  /** After the end of an instance: the policy decides whether it keeps its port. */
  instanceEnded(name: string): void {
    if (!this.policy.keepsPort) this.release(name);
  }

  release(name: string): void {
    this.allocator.release(name);
  }

  private remember(name: string, port: number): void {
    this.lastPorts.delete(name);
    this.lastPorts.set(name, port);
    if (this.lastPorts.size > REMEMBERED_PORTS) {
      const [oldest] = this.lastPorts.keys();
      this.lastPorts.delete(oldest!);
    }
  }
}
