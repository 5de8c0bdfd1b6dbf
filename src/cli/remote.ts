/** Commands that talk to a running server or cluster over `/api/v2`. */
import { type Command, Option } from 'commander';
import { errorText } from '../common/errors.js';
import { formatJson, type JsonObject, parseJson } from '../common/json.js';

/** Exit status when the server refused or could not do it. */
export const EXIT_REFUSED = 1;
/** Exit status when no server answers. */
export const EXIT_UNREACHABLE = 2;

export interface RemoteOptions {
  readonly server: string;
  readonly token: string | undefined;
  readonly json: boolean;
}

export interface ClusterOptions extends RemoteOptions {
  readonly cameras: boolean;
}

export function addRemoteOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-s, --server <url>', 'a manager or server; one of pipelines also answers for its cameras')
        .env('CAMSERVER_URL')
        .default('http://localhost:8889'),
    )
    .addOption(
      new Option('--token <token>', 'who asks, where the server wants to know').env('CAMSERVER_TOKEN'),
    )
    .option('--json', 'the answer of the server as JSON', false);
}

export function addClusterOptions(command: Command): Command {
  return addRemoteOptions(command).option('--cameras', 'of the cameras instead of the pipelines', false);
}

export function clusterOf({ cameras }: ClusterOptions): 'cameras' | 'pipelines' {
  return cameras ? 'cameras' : 'pipelines';
}

export interface RemoteCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds; default 30 000. */
  readonly timeout?: number;
  /** Why, for the audit log. */
  readonly reason?: string | undefined;
}

/** What the server said against a request. */
export class RemoteError extends Error {
  constructor(
    message: string,
    readonly exitStatus: number,
    readonly problem: JsonObject = {},
  ) {
    super(message);
  }
}

/** @throws RemoteError */
export async function callServer(
  options: RemoteOptions,
  path: string,
  call: RemoteCall = {},
): Promise<JsonObject> {
  const response = await request(options, path, call);
  const text = await response.text();
  let answer: JsonObject;
  try {
    answer = parseJson(text) as JsonObject;
  } catch {
    throw new RemoteError(`${options.server} is not a server of CamServer with /api/v2.`, EXIT_UNREACHABLE);
  }
  if (!response.ok) {
    throw new RemoteError(String(answer.detail ?? answer.status ?? text), EXIT_REFUSED, answer);
  }
  return answer;
}

/** The answer as it comes, for streams. @throws RemoteError when there is none */
export async function request(
  { server, token }: RemoteOptions,
  path: string,
  { method = 'GET', body, headers, timeout = 30_000, reason }: RemoteCall,
): Promise<Response> {
  const sent: Record<string, string> = { ...headers, 'User-Agent': 'camserver command line' };
  if (token !== undefined) sent.Authorization = `Bearer ${token}`;
  if (body !== undefined) sent['Content-Type'] = 'application/json';
  if (reason !== undefined) sent['X-Reason'] = encodeURIComponent(reason);
  try {
    return await fetch(`${server.replace(/\/$/, '')}/api/v2${path}`, {
      method,
      headers: sent,
      body: body === undefined ? null : formatJson(body),
      signal: timeout === 0 ? null : AbortSignal.timeout(timeout),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const text = `${server} cannot be reached: ${errorText(cause)}. Is it running? --server names another one.`;
    throw new RemoteError(text, EXIT_UNREACHABLE);
  }
}

/** Runs a command; failures become a line on standard error (or JSON) and an exit status. */
export async function runRemote(options: RemoteOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (options.json) console.log(formatJson({ error: error.message, ...error.problem }));
    else console.error(error.message);
    process.exitCode = error.exitStatus;
  }
}

export function printJson(value: unknown): void {
  console.log(formatJson(value, 1));
}

/** Columns as wide as their widest cell; numbers on the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) =>
        typeof cell === 'number' ? String(cell).padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
