/** `camserver start` as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CamClient, PipelineClient } from '../../src/client/index.js';
import { packageRoot } from '../../src/common/package.js';
import { freePortRange } from '../support/ports.js';
import { PATIENT } from './cluster.js';

export const program = join(packageRoot, 'bin', 'camserver.js');

export interface Cluster {
  readonly process: ChildProcess;
  /** Folder of the configurations and of what servers keep. */
  readonly data: string;
  readonly camera: CamClient;
  readonly pipeline: PipelineClient;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** @param data working copy of the configurations; folders that it does not have are copied there */
export async function startCluster(data: string): Promise<Cluster> {
  const { from } = await freePortRange(46);
  const options = {
    '--camera-port': from,
    '--pipeline-port': from + 1,
    '--camera-streams': `${from + 2}:${from + 22}`,
    '--pipeline-streams': `${from + 22}:${from + 42}`,
    '--worker-ports': from + 42,
    '--data': data,
  };
  const child = spawn(process.execPath, [program, 'start', ...Object.entries(options).flat().map(String)]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  let ending: string | null = null;
  child.on('close', (code, signal) => {
    ending = `ended with code ${code}, signal ${signal}`;
  });
  while (!output.includes('All answer')) {
    if (ending !== null) throw new Error(`camserver start ${ending}: ${output}`);
    await delay(20);
  }
  return {
    process: child,
    data,
    camera: new CamClient(`http://127.0.0.1:${from}`, PATIENT),
    pipeline: new PipelineClient(`http://127.0.0.1:${from + 1}`, PATIENT),
    output: () => output,
    ended,
  };
}
