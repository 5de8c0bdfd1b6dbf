/**
 * Threaded mode: messages wait between receiving and sending, so that what holds up sending (the IOC is asked for a new size) does
 * not hold up receiving. When too many wait, the oldest is dropped.
 */

/** Messages that wait. */
const LENGTH = 10;

/**
 * Hands on what comes; ends, or throws, as the messages do, once those that wait are handed on. When it is left before that,
 * what waits, and what still comes, is dropped: every message is either handed on or dropped.
 * @param dropped `stopped` for messages that nobody takes any more
 */
export async function* throughQueue<Message>(
  messages: AsyncIterable<Message>,
  dropped: (message: Message, reason: 'queue_full' | 'stopped') => void,
): AsyncGenerator<Message> {
  const waiting: Message[] = [];
  const state = { isOver: false, isLeft: false, error: null as unknown, wake: (): void => {} };
  const read = async (): Promise<void> => {
    for await (const message of messages) {
      if (state.isLeft) {
        dropped(message, 'stopped');
        return;
      }
      waiting.push(message);
      if (waiting.length > LENGTH) dropped(waiting.shift()!, 'queue_full');
      state.wake();
    }
  };
  void read()
    .catch((error: unknown) => {
      state.error = error;
    })
    .finally(() => {
      state.isOver = true;
      state.wake();
    });
  try {
    while (!state.isOver || waiting.length > 0) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
    }
  } finally {
    state.isLeft = true;
    for (const message of waiting.splice(0)) dropped(message, 'stopped');
  }
  if (state.error !== null) throw state.error;
}
