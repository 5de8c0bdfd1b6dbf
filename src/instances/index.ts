/** Supervision of instance processes: what the camera and the pipeline service use. */

export { createCounters } from './counters.js';
export { createSupervisor } from './create-supervisor.js';
export { createServerInfo, type HostFigures, HostFiguresReader } from './host-figures.js';
export { Instance, type InstanceTimeouts } from './instance.js';
export { collectMetrics } from './metrics.js';
export type { RequestAnswer } from './pending-requests.js';
export { CAMERA_MODES, PIPELINE_POLICY, type PortPolicy } from './port-policy.js';
export { PortAllocator, type PortRange } from './ports.js';
export { Supervisor } from './supervisor.js';
export { DEFAULT_NODE_OPTIONS, type Prepare, type SupervisorOptions } from './supervisor-options.js';
export type { StopTimeouts } from './termination.js';
export type * from './types.js';
