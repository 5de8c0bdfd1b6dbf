/**
 * Clients of the REST API.
 *
 *     const cameras = new CamClient('http://host:8888');
 *     const address = await cameras.stream('simulation');
 *     const pipelines = new PipelineClient('http://host:8889', { call: 5000 });
 *     const { instanceId, stream } = await pipelines.createFromName('simulation_sp', { changes: { image_threshold: 10 } });
 *
 * Every method takes `{ signal, timeout, requestId }` last. Failures are CamServerError: code `SERVER_ERROR` with the text
 * of the server, or `SERVER_UNREACHABLE`, `SERVER_TIMEOUT`, `SERVER_ANSWER`.
 */
export { CamClient, type PictureOptions } from './cam-client.js';
export {
  type Call,
  type CallOptions,
  Connection,
  presentServiceToken,
  type Timeouts,
  useServiceToken,
} from './connection.js';
export { exchange } from './exchange.js';
export { InstanceClient } from './instance-client.js';
export { type CreatedPipeline, PipelineClient } from './pipeline-client.js';
export { ProxyClient, type ServerReference } from './proxy-client.js';
