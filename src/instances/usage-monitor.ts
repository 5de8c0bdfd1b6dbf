/** CPU and memory of all instance processes, asked from the operating system in one batch per second. */
import pidusage from 'pidusage';
import type { Instance } from './instance.js';

const PERIOD = 1000;
/** pidusage forgets a process, and closes its file in /proc, when it was not asked about it for this long. */
const MAXIMUM_AGE = 5000;

/** Measures while there are instances to measure; an idle server does nothing. */
export class UsageMonitor {
  private readonly instances = new Set<Instance>();
  private timer: NodeJS.Timeout | null = null;

  constructor() {
    // the first time, it runs a program that tells the units of /proc: not while instances start
    void readUsages([process.pid]);
  }

  add(instance: Instance): void {
    if (instance.pid === null) return;
    this.instances.add(instance);
    void instance.ended.then(() => this.instances.delete(instance));
    this.schedule();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.instances.clear();
  }

  private schedule(): void {
    if (this.timer !== null || this.instances.size === 0) return;
    this.timer = setTimeout(async () => {
      await this.measure();
      this.timer = null;
      this.schedule();
    }, PERIOD);
    this.timer.unref();
  }

  private async measure(): Promise<void> {
    const batch = [...this.instances];
    const usages = await readUsages(batch.map((instance) => instance.pid!));
    for (const instance of batch) {
      const usage = usages[String(instance.pid)];
      if (instance.state !== 'ended') {
        instance.usage = { cpu: usage?.cpu ?? null, memory: usage?.memory ?? null };
      }
    }
  }
}

/** A process that has gone is missing in the answer; when nothing can be measured it is empty. */
async function readUsages(pids: number[]): Promise<Record<string, pidusage.Status>> {
  try {
    return await pidusage(pids, { maxage: MAXIMUM_AGE });
  } catch {
    return {};
  }
}
