import { Receiver } from '../../src/bsread/index.js';

/** Receives until it is stopped, and notes pulse ids that do not follow each other. */
export class Listener {
  received = 0;
  readonly gaps: string[] = [];
  private last: bigint | null = null;
  private isStopped = false;
  private readonly done: Promise<void>;

  constructor(address: string) {
    this.done = this.listen(new Receiver({ address, highWaterMark: 1000, receiveTimeout: 100 }));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.done;
  }

  private async listen(receiver: Receiver): Promise<void> {
    await receiver.open();
    while (!this.isStopped) {
      const message = await receiver.receive();
      if (message === null) continue;
      if (this.last !== null && message.pulseId !== this.last + 1n)
        this.gaps.push(`${this.last} -> ${message.pulseId}`);
      this.last = message.pulseId;
      this.received += 1;
      message.release();
    }
    receiver.close();
  }
}
