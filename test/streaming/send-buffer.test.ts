import { expect } from 'chai';
import { SendBuffer } from '../../src/streaming/send-buffer.js';

function createRig(size: number) {
  const events: string[] = [];
  const open: (() => void)[] = [];
  const buffer = new SendBuffer<number>({
    size,
    send: (item) =>
      new Promise((resolve) => {
        events.push(`${item}`);
        open.push(resolve);
      }),
    dropped: (item, reason) => events.push(`${item} ${reason}`),
  });
  const next = async (): Promise<void> => {
    open.shift()?.();
    await new Promise(setImmediate);
  };
  return { buffer, events, next };
}

describe('send buffer', () => {
  it('sends one at a time and drops the oldest when it is full', async () => {
    const { buffer, events, next } = createRig(2);
    for (const item of [1, 2, 3, 4]) buffer.push(item);
    for (let step = 0; step < 3; step += 1) await next();
    expect(events).to.deep.equal(['1', '2 send_buffer_full', '3', '4']);
    await buffer.drain();
  });

  it('drops what waits when it is stopped and waits for the send in progress', async () => {
    const { buffer, events, next } = createRig(5);
    for (const item of [1, 2]) buffer.push(item);
    const stopped = buffer.stop();
    buffer.push(3);
    await next();
    await stopped;
    expect(events).to.deep.equal(['1', '2 stopped', '3 stopped']);
  });
});
