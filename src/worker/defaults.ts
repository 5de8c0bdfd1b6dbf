/** What a pipeline server uses where neither its command line nor a configuration says anything. */
import type { PortRange } from '../instances/index.js';

/** Defaults of configuration keys that the command line of a server may change. */
export interface PipelineDefaults {
  readonly abortOnError: boolean;
  readonly abortOnTimeout: boolean;
  readonly queueSize: number;
  readonly block: boolean;
}

export const PIPELINE_DEFAULTS: PipelineDefaults = {
  abortOnError: true,
  abortOnTimeout: false,
  queueSize: 10,
  block: true,
};

/** Ports of pipeline streams. */
export const PIPELINE_PORTS: PortRange = { from: 11_100, to: 11_201 };
