/** Where the stream is that a user means. */

export interface StreamServer {
  /** Base address; default the usual port of this machine. */
  readonly server?: string;
  /** The name is that of a camera. */
  readonly camera: boolean;
}

/** An address as it is; for a name the address that the server gives, which starts the instance when needed. */
export async function streamAddress(name: string, { camera, server }: StreamServer): Promise<string> {
  if (/^(tcp|ipc):\/\//.test(name)) return name;
  const { CamClient, PipelineClient } = await import('../client/index.js');
  const client = camera
    ? new CamClient(server ?? 'http://localhost:8888')
    : new PipelineClient(server ?? 'http://localhost:8889');
  return client.stream(name);
}
