/** Senders and receivers of one suite, closed after each test. */
import { encodeDataHeader, Receiver, Sender } from '../../src/bsread/index.js';
import type { SenderOptions } from '../../src/bsread/sender.js';

export const timestamp = { seconds: 1_700_000_000n, nanoseconds: 42n };

/** The header of messages with one number. */
export const counter = encodeDataHeader([{ name: 'count', type: 'int32', shape: [1] }]);

export interface Sockets {
  /** Closes this one too. */
  keep<T extends { close(): void }>(item: T): T;
  openSender(options?: Partial<SenderOptions>): Promise<Sender>;
  openReceiver(address: string, mode: 'SUB' | 'PULL', receiveTimeout?: number): Promise<Receiver>;
}

export function sockets(): Sockets {
  const closing: { close(): void }[] = [];

  afterEach(() => {
    for (const item of closing.splice(0)) item.close();
  });

  function keep<T extends { close(): void }>(item: T): T {
    closing.push(item);
    return item;
  }

  return {
    keep,
    async openSender(options = {}) {
      const sender = keep(new Sender({ address: 'tcp://127.0.0.1:0', linger: 0, ...options }));
      await sender.open();
      return sender;
    },
    async openReceiver(address, mode, receiveTimeout = 100_000) {
      const receiver = keep(new Receiver({ address, mode, receiveTimeout }));
      await receiver.open();
      return receiver;
    },
  };
}

/** The text of what a promise is rejected with. */
export function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );
}
