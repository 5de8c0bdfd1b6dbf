/**
 * A bounded queue in front of a sender (`buffer_size`): the receiving side never waits for a slow client; when the queue is
 * full its oldest entry is dropped.
 */
export interface SendBufferOptions<Item> {
  readonly size: number;
  /** Called one at a time, in order; must not reject. */
  send(item: Item): Promise<void>;
  dropped(item: Item, reason: 'send_buffer_full' | 'stopped'): void;
}

export class SendBuffer<Item> {
  readonly #items: Item[] = [];
  #sending: Promise<void> | null = null;
  #stopped = false;

  constructor(private readonly options: SendBufferOptions<Item>) {}

  push(item: Item): void {
    if (this.#stopped) {
      this.options.dropped(item, 'stopped');
      return;
    }
    this.#items.push(item);
    if (this.#items.length > this.options.size)
      this.options.dropped(this.#items.shift()!, 'send_buffer_full');
    this.#sending ??= this.sendAll();
  }

  /** Drops what waits and resolves when the send in progress has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const item of this.#items.splice(0)) this.options.dropped(item, 'stopped');
    await this.#sending;
  }

  /** Resolves when everything is sent. */
  async drain(): Promise<void> {
    await this.#sending;
  }

  private async sendAll(): Promise<void> {
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      await this.options.send(item);
    }
    this.#sending = null;
  }
}
