/** `camserver config`: the stored configurations of a running cluster or server, with history. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { errorText } from '../common/errors.js';
import { formatJson, type JsonObject, type JsonValue, mergeObjects, parseJson } from '../common/json.js';
import { isJsonObject } from '../common/leniency.js';
import { literalOf } from '../proxy/v2/json-diff.js';
import {
  addClusterOptions,
  type ClusterOptions,
  callServer,
  clusterOf,
  printJson,
  RemoteError,
  runRemote,
  table,
} from './remote.js';

interface ChangeOptions extends ClusterOptions {
  readonly comment: string | undefined;
}

export function addConfigCommand(program: Command): void {
  const config = program
    .command('config')
    .description('stored configurations of a running cluster or server');
  addReading(config);
  addChanging(config);
}

function addReading(config: Command): void {
  addClusterOptions(config.command('list'))
    .description('their names, types and last changes')
    .action((options: ClusterOptions) => runRemote(options, () => list(options)));
  addClusterOptions(config.command('get'))
    .description('one of them as it is stored')
    .argument('<name>')
    .option('--expanded', 'with its defaults', false)
    .action((name: string, options: ClusterOptions & { expanded: boolean }) =>
      runRemote(options, async () => {
        const found = await callServer(options, `${pathOf(name, options)}?expanded=${options.expanded}`);
        if (options.json) printJson(found);
        else if (options.expanded) printJson(found.expanded);
        else console.log(found.text);
      }),
    );
  addClusterOptions(config.command('history'))
    .description('its revisions')
    .argument('<name>')
    .action((name: string, options: ClusterOptions) =>
      runRemote(options, async () => {
        const { revisions } = await callServer(options, `${pathOf(name, options)}/revisions`);
        if (options.json) return printJson(revisions);
        const rows = (revisions as JsonObject[]).map((entry) => [
          Number(entry.revision),
          String(entry.time),
          String(entry.action),
          String(entry.author ?? '-'),
          String(entry.comment ?? ''),
        ]);
        console.log(table(['REVISION', 'TIME', 'ACTION', 'AUTHOR', 'COMMENT'], rows));
      }),
    );
  addClusterOptions(config.command('diff'))
    .description('what differs between two revisions; each is a number, stored or running')
    .argument('<name>')
    .argument('<from>')
    .argument('[to]', '', 'stored')
    .action((name: string, from: string, to: string, options: ClusterOptions) =>
      runRemote(options, async () => {
        const query = new URLSearchParams({ from, to });
        const { changes } = await callServer(options, `${pathOf(name, options)}/diff?${query}`);
        if (options.json) return printJson(changes);
        for (const change of changes as JsonObject[]) console.log(changeText(change));
      }),
    );
}

function addChanging(config: Command): void {
  const changing = (name: string): Command =>
    addClusterOptions(config.command(name)).option('-m, --comment <text>', 'why, for the history');
  changing('set')
    .description('change keys: key=value, where value is JSON or a text; key= removes the key')
    .argument('<name>')
    .argument('<changes...>')
    .action((name: string, changes: string[], options: ChangeOptions) =>
      runRemote(options, () => setKeys(name, changes, options)),
    );
  changing('put')
    .description('store a file (- is standard input) under a name, new or not')
    .argument('<name>')
    .argument('<file>')
    .action((name: string, file: string, options: ChangeOptions) =>
      runRemote(options, async () =>
        store(name, readDocument(file), await presentTag(name, options), options),
      ),
    );
  changing('delete')
    .description('delete one; its history stays')
    .argument('<name>')
    .action((name: string, options: ChangeOptions) =>
      runRemote(options, async () => {
        const { etag } = await callServer(options, pathOf(name, options));
        const headers = { 'If-Match': `"${etag}"` };
        const call = { method: 'DELETE', headers, reason: options.comment } as const;
        const answer = await callServer(options, pathOf(name, options), call);
        if (options.json) printJson(answer);
        else console.log(`'${name}' is deleted.`);
      }),
    );
  changing('restore')
    .description('make an old revision the present one')
    .argument('<name>')
    .argument('<revision>')
    .action((name: string, revision: string, options: ChangeOptions) =>
      runRemote(options, async () => {
        const answer = await callServer(options, `${pathOf(name, options)}/restore`, {
          method: 'POST',
          body: { revision: Number(revision), comment: options.comment ?? null },
          headers: condition(await presentTag(name, options)),
        });
        report(name, answer, options);
      }),
    );
}

async function list(options: ClusterOptions): Promise<void> {
  const { configs } = await callServer(options, `/configs/${clusterOf(options)}`);
  if (options.json) return printJson(configs);
  const rows = (configs as JsonObject[]).map((entry) => [
    String(entry.name),
    String(entry.type ?? '-'),
    String(entry.camera ?? '-'),
    entry.running === true ? 'running' : '',
    entry.permanent === true ? 'permanent' : '',
    String(entry.changed ?? '-'),
    String(entry.author ?? '-'),
    String(entry.problem ?? ''),
  ]);
  console.log(table(['NAME', 'TYPE', 'CAMERA', '', '', 'CHANGED', 'AUTHOR', 'PROBLEM'], rows));
}

async function setKeys(name: string, changes: readonly string[], options: ChangeOptions): Promise<void> {
  const { config, etag } = await callServer(options, pathOf(name, options));
  let document = config as JsonObject;
  for (const change of changes) document = changed(document, change);
  await store(name, document, String(etag), options);
}

/** @param change `key=value`, or `key=` to remove the key */
function changed(document: JsonObject, change: string): JsonObject {
  const at = change.indexOf('=');
  if (at < 1) throw new RemoteError(`'${change}' is not of the form key=value.`, 1);
  const [key, value] = [change.slice(0, at), change.slice(at + 1)];
  if (value !== '') return mergeObjects(document, keyWithValue(key, value));
  const shortened = mergeObjects(document, {});
  delete shortened[key];
  return shortened;
}

/** Read as a document of one key, so that 2.0 stays 2.0. */
function keyWithValue(key: string, text: string): JsonObject {
  try {
    return parseJson(`{${formatJson(key)}: ${text}}`) as JsonObject;
  } catch {
    return { [key]: text };
  }
}

async function store(
  name: string,
  config: JsonObject,
  tag: string | null,
  options: ChangeOptions,
): Promise<void> {
  const answer = await callServer(options, pathOf(name, options), {
    method: 'PUT',
    body: { config, comment: options.comment ?? null },
    headers: condition(tag),
  });
  report(name, answer, options);
}

function report(name: string, answer: JsonObject, options: ClusterOptions): void {
  if (options.json) printJson(answer);
  else console.log(`'${name}' is stored as revision ${answer.revision}.`);
}

function condition(tag: string | null): Record<string, string> {
  return tag === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${tag}"` };
}

/** Null when there is no such configuration. */
async function presentTag(name: string, options: ClusterOptions): Promise<string | null> {
  try {
    return String((await callServer(options, pathOf(name, options))).etag);
  } catch (error) {
    if (error instanceof RemoteError && error.problem.status === 404) return null;
    throw error;
  }
}

function readDocument(file: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new RemoteError(`${file}: ${errorText(error)}`, 1);
  }
  if (isJsonObject(value)) return value;
  throw new RemoteError(`${file}: a JSON object is expected.`, 1);
}

function changeText(change: JsonObject): string {
  const { path, kind } = change;
  if (kind === 'added') return `+ ${path} ${literalOf(change, 'after')}`;
  if (kind === 'removed') return `- ${path} ${literalOf(change, 'before')}`;
  return `~ ${path} ${literalOf(change, 'before')} -> ${literalOf(change, 'after')}`;
}

function pathOf(name: string, options: ClusterOptions): string {
  return `/configs/${clusterOf(options)}/${encodeURIComponent(name)}`;
}
