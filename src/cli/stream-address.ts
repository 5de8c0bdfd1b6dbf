/** Where the stream is that a user means, and the options of all commands that receive one. */
import type { Command } from 'commander';
import { parseNumber, parseWhole } from './common-options.js';

/** Exit status when the stream stays silent. */
export const EXIT_SILENT = 2;

export interface StreamServer {
  /** Base address; default what `CAMSERVER_URL` says for pipelines, else the usual port of this machine. */
  readonly server?: string;
  /** The name is that of a camera. */
  readonly camera: boolean;
}

export interface StreamOptions extends StreamServer {
  /** Messages; 0: without end. */
  readonly number: number;
  /** Seconds of silence that end the command. */
  readonly timeout: number;
  readonly json: boolean;
}

/**
 * @param messages default of --number
 * @param json what --json prints
 */
export function addStreamOptions(command: Command, messages: number, json: string): Command {
  return command
    .argument(
      '<instance>',
      'instance id or stored pipeline; with --camera the name of a camera; or a stream address',
    )
    .option(
      '-s, --server <url>',
      'pipeline or camera server (default: http://localhost:8889 or CAMSERVER_URL; 8888 for cameras)',
    )
    .option('--camera', 'ask a camera server', false)
    .option('-n, --number <count>', 'end after so many messages; 0: never', parseWhole, messages)
    .option('-t, --timeout <seconds>', 'end with status 2 after so much silence', parseNumber, 10)
    .option('--json', json, false);
}

const DEFAULT_CAMERA_SERVER = 'http://localhost:8888';
const DEFAULT_PIPELINE_SERVER = 'http://localhost:8889';

/** The pipeline server that a user means. */
export function pipelineServer(server: string | undefined): string {
  return server ?? (process.env.CAMSERVER_URL || DEFAULT_PIPELINE_SERVER);
}

export function isAddress(name: string): boolean {
  return /^(tcp|ipc):\/\//.test(name);
}

/** An address as it is; for a name the address that the server gives, which starts the instance when needed. */
export async function streamAddress(name: string, { camera, server }: StreamServer): Promise<string> {
  if (isAddress(name)) return name;
  const { CamClient, PipelineClient } = await import('../client/index.js');
  const client = camera
    ? new CamClient(server ?? DEFAULT_CAMERA_SERVER)
    : new PipelineClient(pipelineServer(server));
  return client.stream(name);
}
