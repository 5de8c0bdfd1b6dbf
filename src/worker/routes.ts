/**
 * The REST interface of pipelines, written once for servers, workers, proxies and managers.
 */
import { instanceRoutes, type Route } from '../http/index.js';
import { backgroundRoutes } from './routes/backgrounds.js';
import { codeRoutes } from './routes/code.js';
import { configurationRoutes } from './routes/configurations.js';
import { pipelineInstanceRoutes } from './routes/instances.js';
import type { PipelineService } from './service.js';

export const PIPELINE_BASE = '/api/v1/pipeline';

/** Names that a pipeline should not have, because a route of the family has them. */
export const RESERVED_PIPELINE_NAMES: readonly string[] = [
  'info',
  'heartbeat',
  'version',
  'groups',
  'config_names',
  'camera',
  'script',
  'lib',
  'background',
  'instance',
];

/** All routes below `/api/v1/pipeline`; of paths that fit two routes the first one wins, as in the original. */
export function pipelineRoutes(service: PipelineService): Route[] {
  return [
    ...instanceRoutes(PIPELINE_BASE, service),
    ...pipelineInstanceRoutes(PIPELINE_BASE, service),
    ...backgroundRoutes(PIPELINE_BASE, service),
    ...codeRoutes(PIPELINE_BASE, service),
    ...configurationRoutes(PIPELINE_BASE, service),
  ];
}
