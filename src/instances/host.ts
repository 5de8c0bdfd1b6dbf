/**
 * The process of an instance, forked by `HostPool`. Until the server says `run` it is a warm spare: the modules named on the
 * command line are imported, nothing else has happened. It serves one instance and ends with it.
 */
import { loadAddon } from '../common/addon.js';
import { errorText } from '../common/errors.js';
import { type JsonObject, parseJson } from '../common/json.js';
import { watchSurplusMemory } from '../common/surplus-memory.js';
import { readTraceSettings, Tracer } from '../common/traces/index.js';
import { HostContext } from './host-context.js';
import { HostLog } from './host-log.js';
import { sampleStatistics } from './host-statistics.js';
import type { HostCommand, HostReport } from './messages.js';
import type { ProgramModule } from './types.js';

/** What a program gets to clean up after its server is gone; nobody waits for it any more. */
const ORPHAN_GRACE = 3000;
/** How long the last messages may take to leave; a server that does not read must not hold the process. */
const FLUSH_GRACE = 1000;
/** Megabytes that a burst may leave behind: some large frames. */
const SURPLUS_MEMORY = 96;

type RunCommand = Extract<HostCommand, { type: 'run' }>;

const log = new HostLog((records, sent) => report({ type: 'log', records }, sent));
const stop = new AbortController();
let context: HostContext | null = null;
let ending = false;

function report(message: HostReport, sent: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, sent);
  else sent();
}

/** Ends the process after the last statistics and log records have left. */
async function end(code: number): Promise<never> {
  ending = true;
  const flushed = new Promise<void>((resolve) => {
    if (context !== null) report({ type: 'statistics', sample: sampleStatistics(context.counters) });
    log.flush(resolve);
  });
  await Promise.race([
    Promise.all([flushed, context?.tracer?.close()]),
    new Promise((resolve) => setTimeout(resolve, FLUSH_GRACE)),
  ]);
  process.exit(code);
}

/** The server has checked the settings already. */
function openTracer(name: string): Tracer | null {
  const settings = readTraceSettings(process.env);
  if (settings === null) return null;
  const warn = (text: string): void => log.warning(text);
  return new Tracer(settings, 'camserver instance', { 'camserver.instance': name }, warn);
}

function fail(what: string, error: unknown): void {
  if (ending) return;
  log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  stop.abort();
  void end(context?.isReady ? 2 : 1);
}

async function preload(modules: readonly string[]): Promise<void> {
  loadAddon();
  for (const module of ['zeromq', ...modules]) {
    try {
      const { warm } = (await import(module)) as Partial<ProgramModule>;
      // an instance that is there already loads what it needs by itself
      if (context === null) await warm?.();
    } catch (error) {
      log.error(`The module ${module} cannot be preloaded: ${errorText(error)}`);
    }
  }
  report({ type: 'loaded' });
}

async function run(command: RunCommand): Promise<void> {
  log.setDebug(command.debug);
  context = new HostContext(command, stop.signal, log, openTracer(command.name), report);
  sendStatistics(context);
  watchSurplusMemory(SURPLUS_MEMORY);
  let code: number;
  try {
    const module = (await import(command.program)) as Partial<ProgramModule>;
    if (typeof module.run !== 'function') throw new Error(`${command.program} has no export 'run'`);
    code = await module.run(context);
  } catch (error) {
    fail('The instance failed', error);
    return;
  }
  if (ending) return;
  log.info(`Exiting process with exit_code ${code}.`);
  await end(code);
}

/** One sample per second by the clock, so that the rates of a source that has stopped fall to zero. */
function sendStatistics(running: HostContext): void {
  sampleStatistics(running.counters);
  setInterval(() => report({ type: 'statistics', sample: sampleStatistics(running.counters) }), 1000).unref();
}

/** Asks the program to end. A spare has nothing to clean up. */
function requestStop(): void {
  if (context === null) process.exit(0);
  stop.abort();
}

function receive(command: HostCommand): void {
  if (command.type === 'run') void run(command);
  else if (command.type === 'stop') requestStop();
  else if (command.type === 'debug') log.setDebug(command.enabled);
  else if (command.type === 'config') context?.updateConfig(parseJson(command.config) as JsonObject);
  else void context?.answer(command);
}

/** The first signal is a stop request. The next one ends the process as if it were not caught, so that its number is reported. */
function receiveSignal(signal: NodeJS.Signals): void {
  if (stop.signal.aborted) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    requestStop();
  }
}

function loseServer(): void {
  requestStop();
  setTimeout(() => process.exit(2), ORPHAN_GRACE);
}

process.on('SIGTERM', receiveSignal);
// Ctrl-C on a terminal reaches the whole process group; the server decides what that means and tells its instances.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('uncaughtException', (error) => fail('Uncaught exception', error));
process.on('unhandledRejection', (reason) => fail('Unhandled rejection', reason));
process.on('disconnect', loseServer);
process.on('message', receive);
// Writing to the pipes of a server that is gone must not count as a failure of the program.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

await preload(process.argv.slice(2));
