/** The thread of `tool.ts`. */
import { execFile } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';
import type { ToolResult, ToolRun } from './tool.js';

const { executable, parameters, environment, input, timeout, longestOutput } = workerData as ToolRun;
const options = {
  env: environment,
  timeout: 1000 * timeout,
  maxBuffer: longestOutput,
  encoding: 'buffer' as const,
};

const child = execFile(executable, parameters, options, (error, stdout, stderr) => {
  const failure = error === null ? null : { message: error.message, late: error.killed === true };
  parentPort!.postMessage({ stdout, stderr: stderr.toString('utf8'), failure } satisfies ToolResult);
});
// a tool that ends early does not read what it is given
child.stdin!.on('error', () => {});
child.stdin!.end(input);
