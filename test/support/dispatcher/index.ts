/** Starts the dispatching layer of the tests in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface TestDispatcher {
  /** The value of `dispatcher_url`. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startDispatcher(): Promise<TestDispatcher> {
  const child = fork(fileURLToPath(new URL('./process.js', import.meta.url)));
  const [url] = await once(child, 'message');
  return {
    url: String(url),
    async close() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
