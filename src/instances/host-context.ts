import { CamServerError, errorText } from '../common/errors.js';
import { formatJson, type JsonObject, parseJson } from '../common/json.js';
import type { Tracer } from '../common/traces/index.js';
import { createCounters } from './counters.js';
import type { HostCommand, HostReport } from './messages.js';
import {
  hasData,
  type InstanceContext,
  type InstanceCounters,
  type InstanceLog,
  type RequestHandler,
} from './types.js';

type RunCommand = Extract<HostCommand, { type: 'run' }>;
type RequestCommand = Extract<HostCommand, { type: 'request' }>;

/** What a program works with; the host passes on to it what the server sends. */
export class HostContext implements InstanceContext {
  readonly name: string;
  readonly config: JsonObject;
  readonly options: JsonObject;
  readonly counters: InstanceCounters = createCounters();
  /** Whether the program has told that it serves. */
  isReady = false;
  private readonly handlers = new Map<string, RequestHandler>();
  private readonly configListeners: ((config: JsonObject) => void)[] = [];
  private newestConfig: JsonObject | null = null;

  constructor(
    command: RunCommand,
    readonly stop: AbortSignal,
    readonly log: InstanceLog,
    readonly tracer: Tracer | null,
    private readonly report: (message: HostReport) => void,
  ) {
    this.name = command.name;
    this.config = parseJson(command.config) as JsonObject;
    this.options = parseJson(command.options) as JsonObject;
  }

  ready(): void {
    if (this.isReady) return;
    this.isReady = true;
    this.report({ type: 'ready' });
  }

  onConfig(listener: (config: JsonObject) => void): void {
    this.configListeners.push(listener);
    if (this.newestConfig !== null) listener(this.newestConfig);
  }

  onRequest(name: string, handler: RequestHandler): void {
    this.handlers.set(name, handler);
  }

  updateConfig(config: JsonObject): void {
    this.newestConfig = config;
    for (const listener of this.configListeners) listener(config);
  }

  async answer(request: RequestCommand): Promise<void> {
    const { id, name } = request;
    try {
      const handler = this.handlers.get(name);
      if (handler === undefined) {
        throw new CamServerError(
          'UNKNOWN_REQUEST',
          `Instance '${this.name}' does not answer requests '${name}'.`,
        );
      }
      const answer = await handler(parseJson(request.parameters) as JsonObject);
      const { result, data } = hasData(answer) ? answer : { result: answer, data: null };
      this.report({ type: 'response', id, result: formatJson(result), data });
    } catch (error) {
      const code = error instanceof CamServerError ? error.code : 'REQUEST_FAILED';
      this.report({ type: 'failure', id, code, message: errorText(error) });
    }
  }
}
