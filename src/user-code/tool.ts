/**
 * Runs compilers and interpreters to their end. They are started from a thread: forking a process that holds images takes tens of
 * milliseconds on a busy machine, and frames must flow meanwhile.
 */
import { Worker } from 'node:worker_threads';

export interface ToolRun {
  readonly executable: string;
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** For its standard input. */
  readonly input: string;
  /** Seconds; then it is killed. */
  readonly timeout: number;
  /** Bytes of output, after which it is killed. */
  readonly longestOutput: number;
}

export interface ToolResult {
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** Null: it ended with code 0. `late`: it was killed. */
  readonly failure: { readonly message: string; readonly late: boolean } | null;
}

/** Never rejects for what the tool does. */
export async function runTool(run: ToolRun): Promise<ToolResult> {
  const worker = new Worker(new URL('./tool-thread.js', import.meta.url), { workerData: run, execArgv: [] });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      // a thread that ends without an answer must not be waited for
      worker.once('exit', () => reject(new Error(`'${run.executable}' could not be run: its thread ended`)));
    });
  } finally {
    await worker.terminate();
  }
}
