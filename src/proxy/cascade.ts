/** Pipelines that read from or write to other pipelines (`cluster.md` 8.3). */
import { CamServerError } from '../common/errors.js';
import type { JsonObject } from '../common/json.js';
import { isTruthy } from '../common/leniency.js';

/** How to get at the pipelines that one refers to. */
export interface CascadeAccess {
  /** The stored configuration; null when there is none of that name. */
  stored(name: string): Promise<JsonObject | null>;
  /** Stream address of the running instance of that name, which is started when needed. */
  stream(name: string): Promise<string>;
  /** The configuration of the running instance of that name, which is started when needed. */
  runningConfig(name: string): Promise<JsonObject>;
}

const INPUTS = [
  ['input_pipeline', 'input_stream'],
  ['input_pipeline2', 'input_stream2'],
] as const;

/** What resolving a cascade adds to a configuration. */
export const CASCADE_STREAMS = ['input_stream', 'input_stream2', 'output_stream'];

/**
 * Starts the pipelines that a configuration refers to.
 * @returns the stream keys to add to the configuration
 * @throws CamServerError when the references form a cycle, or the pipeline to write to has no `input_stream`
 */
export async function resolveCascade(
  name: string,
  config: JsonObject,
  access: CascadeAccess,
): Promise<JsonObject> {
  await refuseCycles([name], config, access);
  const streams: JsonObject = {};
  for (const [key, target] of INPUTS) {
    const input = config[key];
    if (isTruthy(input)) streams[target] = await access.stream(String(input));
  }
  if (isTruthy(config.output_pipeline)) {
    const output = String(config.output_pipeline);
    const { input_stream: stream } = await access.runningConfig(output);
    if (!isTruthy(stream)) {
      throw new CamServerError(
        'INVALID_CASCADE',
        `Pipeline '${output}' cannot be the output_pipeline of '${name}': its configuration has no input_stream to bind to.`,
      );
    }
    streams.output_stream = stream as string;
  }
  return streams;
}

async function refuseCycles(
  chain: readonly string[],
  config: JsonObject,
  access: CascadeAccess,
): Promise<void> {
  for (const key of ['input_pipeline', 'input_pipeline2', 'output_pipeline']) {
    const reference = config[key];
    if (!isTruthy(reference)) continue;
    const name = String(reference);
    if (chain.includes(name)) {
      const cycle = [...chain.slice(chain.indexOf(name)), name].join(' -> ');
      throw new CamServerError('INVALID_CASCADE', `The pipelines refer to each other in a cycle: ${cycle}.`);
    }
    const next = await access.stored(name);
    if (next !== null) await refuseCycles([...chain, name], next, access);
  }
}
