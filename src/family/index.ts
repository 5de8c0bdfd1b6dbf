export { type InstanceControl, InstanceService } from './instance-service.js';
export { localInstances } from './local-instances.js';
export {
  type LocalServerOptions,
  type LocalServerParts,
  type LocalStores,
  type ServiceGround,
  startLocalServer,
} from './local-server.js';
