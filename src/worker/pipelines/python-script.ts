/**
 * A pipeline script in Python, in a process of its own: `run(stop_event, statistics, parameter_queue, logs_queue, cam_client,
 * pipeline_config, output_stream_port, background_manager, user_scripts_manager)` as in the original. It opens its sockets itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { formatJson, type JsonObject, type JsonValue, parseJson } from '../../common/json.js';
import { isJsonObject, numberOf } from '../../common/leniency.js';
import { outputLines } from '../../instances/output-lines.js';
import type { InstanceContext, InstanceCounters } from '../../instances/types.js';
import { UserCodeError } from '../../user-code/error.js';
import { confined } from '../../user-code/host/confinement.js';
import { readScriptLimits } from '../../user-code/limits.js';
import { pythonCommand } from '../../user-code/python.js';
import type { FunctionFile } from '../../user-code/types.js';
import { createEnding, type Ending } from './ending.js';
import type { PipelineInstanceOptions } from './options.js';

/** Milliseconds that `run` gets to return when the pipeline shall end, and that its process gets after SIGTERM. */
const PATIENCE = 5000;
const LAST_PATIENCE = 1000;

/**
 * Runs the script until it ends.
 * @returns the exit code of its process
 * @throws UserCodeError when the script throws, or its process is killed
 */
export async function runPythonScript(
  context: InstanceContext,
  options: PipelineInstanceOptions,
  file: FunctionFile,
): Promise<number> {
  const ending = createEnding(context.stop);
  const child = start(options);
  const channel = child.stdio[3] as Duplex;
  channel.on('error', () => {});
  const send = (message: JsonObject): void => void channel.write(`${formatJson(message)}\n`);
  send({
    ...{ type: 'start', path: file.path, folder: options.script_folder, config: context.config },
    ...{
      port: options.port,
      camera_server: options.camera_server,
      background_folder: options.background_folder,
      megabytes: readScriptLimits(context.config).megabytes,
    },
  });
  context.onConfig((config) => send({ type: 'config', config }));
  ending.whenEnding(() => send({ type: 'stop' }));
  passOutput(child, file.name, context);
  const failure = listen(channel, context, ending);
  const end = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const patience = endAfterPatience(child, ending);
  const [code, signal] = await end;
  patience.stop();
  // processes that the script left behind may hold the channel open
  const late = setTimeout(() => channel.destroy(), LAST_PATIENCE);
  await failure.heard;
  clearTimeout(late);
  if (failure.error !== null) throw failure.error;
  if (ending.code !== null) return code ?? 0;
  if (signal !== null) throw new UserCodeError('crash', `${file.name}: its process was killed by ${signal}`);
  return code!;
}

function start({ python }: PipelineInstanceOptions): ChildProcess {
  const { executable, environment } = pythonCommand(python);
  const command = confined(executable, ['-u', '-m', 'camserver_host.pipeline'], process.env);
  return spawn(command.executable, command.parameters, {
    env: { ...command.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

/** What the script prints goes to the log of the instance. */
function passOutput({ stdout, stderr }: ChildProcess, name: string, { log }: InstanceContext): void {
  for (const [stream, write] of [
    [stdout!, (text: string) => log.info(`${name}: ${text}`)],
    [stderr!, (text: string) => log.warning(`${name}: ${text}`)],
  ] as const) {
    const lines = outputLines(write);
    stream.on('data', (chunk: Buffer) => lines.write(chunk));
    stream.once('close', () => lines.end());
  }
}

interface Failure {
  error: UserCodeError | null;
  /** Resolves when the script cannot say anything any more. */
  readonly heard: Promise<void>;
}

/** Carries out what the script says. */
function listen(channel: Duplex, context: InstanceContext, ending: Ending): Failure {
  const { log, counters } = context;
  const lines = createInterface({ input: channel });
  // a script may end while it is told something
  lines.on('error', () => {});
  const heard = new Promise<void>((resolve) => void channel.once('close', resolve));
  const failure: Failure = { error: null, heard };
  lines.on('line', (line) => {
    const message = parseJson(line) as JsonObject;
    switch (message.type) {
      case 'ready':
        context.ready();
        break;
      case 'stopped':
        ending.end(0);
        break;
      case 'log':
        writeLog(log, String(message.level), String(message.text));
        break;
      case 'statistics':
        if (isJsonObject(message.values)) takeStatistics(message.values, counters);
        break;
      case 'failed':
        if (ending.code !== null) break;
        failure.error = new UserCodeError('call', String(message.message), String(message.trace));
        log.error(String(message.trace));
    }
  });
  return failure;
}

function writeLog(log: InstanceContext['log'], level: string, text: string): void {
  if (level === 'ERROR' || level === 'CRITICAL') log.error(text);
  else if (level === 'WARNING') log.warning(text);
  else log.info(text);
}

function takeStatistics(values: JsonObject, counters: InstanceCounters): void {
  counters.received = countOf(values.rx) ?? counters.received;
  counters.sent = countOf(values.tx) ?? counters.sent;
  counters.bytesReceived = countOf(values.total_bytes) ?? counters.bytesReceived;
  counters.clients = countOf(values.clients) ?? counters.clients;
  counters.headerChanges = countOf(values.header_changes) ?? counters.headerChanges;
  if (typeof values.frame_shape === 'string') counters.frameShape = values.frame_shape;
}

/** A number, or the one at the end of `9.98Hz - 123`. */
function countOf(value: JsonValue | undefined): number | null {
  const text = typeof value === 'string' ? value.split('Hz - ').at(-1) : value;
  return text === undefined ? null : numberOf(text);
}

/** The process is asked, then told, then made to end. */
function endAfterPatience(child: ChildProcess, ending: Ending): { stop(): void } {
  const timers: NodeJS.Timeout[] = [];
  ending.whenEnding(() => {
    timers.push(setTimeout(() => child.kill('SIGTERM'), PATIENCE));
    timers.push(setTimeout(() => child.kill('SIGKILL'), PATIENCE + LAST_PATIENCE));
  });
  return {
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
