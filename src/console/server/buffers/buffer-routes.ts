/** The buffers of the site below `/api/v2/buffers`: which streams they read, connecting one anew, changing the list. */
import { CamServerError, errorText } from '../../../common/errors.js';
import type { JsonObject, JsonValue } from '../../../common/json.js';
import { noteChange } from '../../../common/request-context.js';
import { defineRoute, HttpError, jsonAnswer, type Route } from '../../../http/index.js';
import type { BufferName, Buffers } from './buffer.js';
import { SourceChanges } from './source-changes.js';

const PATH = '/api/v2/buffers';
const tag = 'buffers';
const MOST_ADDRESSES = 1000;
const response = { kind: 'json', schema: { type: 'object' } } as const;

/** None for a site without buffers. */
export function bufferRoutes(buffers: Buffers): Route[] {
  const entries = Object.entries(buffers) as [BufferName, NonNullable<Buffers[BufferName]>][];
  if (entries.length === 0) return [];
  const changes = new Map<string, SourceChanges>(
    entries.map(([name, buffer]) => [name, new SourceChanges(buffer)]),
  );
  const changesOf = (name: string): SourceChanges => {
    const found = changes.get(name);
    if (found !== undefined) return found;
    const names = [...changes.keys()].join(', ');
    throw new HttpError(404, 'UNKNOWN_BUFFER', `There is no buffer '${name}'; there is ${names}.`);
  };
  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      tag,
      summary: 'The buffers of the site with the streams that they read',
      response,
      handler: async () =>
        jsonAnswer({
          buffers: await Promise.all(
            entries.map(async ([name, buffer]) => {
              try {
                return { name, kind: buffer.kind, sources: [...(await buffer.sources())], problem: null };
              } catch (error) {
                return { name, kind: buffer.kind, sources: [], problem: errorText(error) };
              }
            }),
          ),
        }),
    }),
    defineRoute({
      method: 'POST',
      path: `${PATH}/{buffer}/reconnect`,
      tag,
      summary: 'Removes a stream from a buffer and adds it again',
      action: 'buffer.reconnect',
      body: { kind: 'object', what: 'stream ({"stream": "tcp://host:port"})', required: true },
      response,
      handler: async ({ parameters: { buffer }, body }) => {
        const stream = readAddress(body.stream ?? null);
        noteChange({ target: stream, details: buffer });
        const lines = await changesOf(buffer).apply({ remove: [stream], add: [stream] });
        return jsonAnswer({ lines });
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${PATH}/{buffer}/sources`,
      tag,
      summary: 'Adds streams to a buffer and removes others; all or nothing',
      action: 'buffer.sources',
      role: 'admin',
      body: { kind: 'object', what: 'change ({"add": […], "remove": […], "comment": "…"})', required: true },
      response,
      handler: async ({ parameters: { buffer }, body }) => {
        const change = readChange(body);
        noteChange({ target: buffer, details: describe(change, body.comment ?? null) });
        return jsonAnswer({ lines: await changesOf(buffer).apply(change) });
      },
    }),
  ];
}

function readChange({ add = [], remove = [] }: JsonObject): { add: string[]; remove: string[] } {
  const [wanted, unwanted] = [readAddresses('add', add), readAddresses('remove', remove)];
  if (wanted.length + unwanted.length > 0) return { add: wanted, remove: unwanted };
  throw new CamServerError('INVALID_BODY', "Nothing to change: give addresses in 'add' or 'remove'.");
}

function readAddresses(name: string, value: JsonValue): string[] {
  if (Array.isArray(value) && value.length <= MOST_ADDRESSES) return value.map(readAddress);
  throw new CamServerError(
    'INVALID_BODY',
    `'${name}' must be a list of at most ${MOST_ADDRESSES} addresses.`,
  );
}

function readAddress(value: JsonValue): string {
  if (typeof value === 'string' && /^tcp:\/\/[\w.-]+:\d{1,5}$/.test(value)) return value;
  throw new CamServerError(
    'INVALID_BODY',
    `${JSON.stringify(value)} is no address of a stream; it must be 'tcp://host:port'.`,
  );
}

function describe({ add, remove }: { add: string[]; remove: string[] }, comment: JsonValue): string {
  const parts = [...add.map((address) => `+${address}`), ...remove.map((address) => `-${address}`)];
  return [...parts, ...(typeof comment === 'string' && comment !== '' ? [comment] : [])].join(' ');
}
