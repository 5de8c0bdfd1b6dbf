/**
 * The pipeline type `script`: a user's script is the whole pipeline.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CamServerError } from '../../common/errors.js';
import type { InstanceContext } from '../../instances/types.js';
import { UserCodeError } from '../../user-code/error.js';
import { findFunctionFile } from '../../user-code/files.js';
import { buildScript, type ScriptModule } from '../../user-code/javascript/build.js';
import { userError } from '../../user-code/javascript/trace.js';
import { startWatchdog } from '../../user-code/javascript/watchdog.js';
import { readScriptLimits } from '../../user-code/limits.js';
import type { FunctionFile } from '../../user-code/types.js';
import { createEnding } from './ending.js';
import { type PipelineInstanceOptions, readPipelineInstanceOptions } from './options.js';
import { runPythonScript } from './python-script.js';
import { openScriptPipeline, type ScriptPipeline } from './script-pipeline.js';

/** Milliseconds that `run` gets to return when the pipeline shall end. */
const PATIENCE = 5000;

/** Runs a pipeline of type `script` until it ends. @returns the exit code */
export async function runScript(context: InstanceContext): Promise<number> {
  const options = readPipelineInstanceOptions(context.options);
  const name = String(context.config.pipeline_script);
  const file = await findFunctionFile(name, options.script_folder);
  if (file === null) throw new CamServerError('INVALID_SCRIPT', `Invalid pipeline script: ${name}`);
  if (file.language === 'javascript') return runJavaScript(context, options, file);
  if (file.language === 'python') return runPythonScript(context, options, file);
  throw new CamServerError(
    'INVALID_SCRIPT',
    `Invalid pipeline script: ${name}. Pipeline scripts are written in JavaScript, TypeScript or Python.`,
  );
}

async function runJavaScript(
  context: InstanceContext,
  options: PipelineInstanceOptions,
  file: FunctionFile,
): Promise<number> {
  const script = await buildScript(file.path, options.script_folder);
  const watchdog = startWatchdog(script.name, readScriptLimits(context.config));
  try {
    return await runLoaded(context, options, script);
  } finally {
    watchdog.stop();
  }
}

async function runLoaded(
  context: InstanceContext,
  options: PipelineInstanceOptions,
  script: ScriptModule,
): Promise<number> {
  const run = await loadRun(script);
  const ending = createEnding(context.stop);
  const { pipeline, close } = openScriptPipeline(context, options, ending);
  const late = new AbortController();
  try {
    const body = runBody(run, pipeline, script, context);
    const patience = new Promise<void>((resolve) => ending.whenEnding(resolve)).then(() =>
      sleep(PATIENCE, null, { signal: late.signal }),
    );
    const code = await Promise.race([body, patience.catch(() => null)]);
    ending.end(code ?? 0);
  } catch (error) {
    // what fails because the pipeline ends is of no interest
    if (ending.code === null) throw error;
  } finally {
    late.abort();
    ending.end(0);
    await close();
  }
  return ending.code ?? 0;
}

type Run = (pipeline: ScriptPipeline) => unknown;

async function loadRun(script: ScriptModule): Promise<Run> {
  process.setSourceMapsEnabled(true);
  let module: { run?: unknown };
  try {
    module = await import(script.url);
  } catch (error) {
    throw userError(error, script, 'load');
  }
  if (typeof module.run === 'function') return module.run as Run;
  throw new UserCodeError('load', `${script.name} exports no function 'run'`);
}

/** @returns the number that the script returns, else 0 */
async function runBody(
  run: Run,
  pipeline: ScriptPipeline,
  script: ScriptModule,
  { log }: InstanceContext,
): Promise<number> {
  try {
    const code = await run(pipeline);
    return Number.isInteger(code) ? (code as number) : 0;
  } catch (error) {
    const failure = userError(error, script, 'call');
    if (failure.trace !== null) log.error(failure.trace);
    throw failure;
  }
}
