/**
 * The program of pipeline instances: one file per pipeline type, loaded when it is needed.
 */

import { useServiceToken } from '../../client/index.js';
import { CamServerError } from '../../common/errors.js';
import type { InstanceContext, InstanceProgram } from '../../instances/types.js';
import { readPipelineInstanceOptions } from './options.js';

type PipelineRun = (context: InstanceContext) => Promise<number>;

const TYPES: Readonly<Record<string, () => Promise<PipelineRun>>> = {
  processing: async () => (await import('./processing.js')).runProcessing,
  stream: async () => (await import('./stream.js')).runStream,
  custom: async () => (await import('./custom.js')).runCustom,
  store: async () => (await import('./store.js')).runStore,
  fanout: async () => (await import('./fanout.js')).runFanout,
  fanin: async () => (await import('./fanin.js')).runFanin,
  script: async () => (await import('./script.js')).runScript,
};

export const run: InstanceProgram = async (context) => {
  const type = String(context.config.pipeline_type ?? 'processing');
  const load = TYPES[type];
  if (load === undefined) {
    throw new CamServerError(
      'INVALID_CONFIGURATION',
      `There is no pipeline type '${type}'. Available: ${Object.keys(TYPES).join(', ')}.`,
    );
  }
  useServiceToken(readPipelineInstanceOptions(context.options).service_token);
  return (await load())(context);
};

/** Nearly all pipelines are of this type. */
export async function warm(): Promise<void> {
  await TYPES.processing!();
}
