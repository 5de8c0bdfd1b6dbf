/** Where the stream is that a user means. */

export interface StreamServer {
  /** Base address; default what `CAMSERVER_URL` says for pipelines, else the usual port of this machine. */
  readonly server?: string;
  /** The name is that of a camera. */
  readonly camera: boolean;
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
