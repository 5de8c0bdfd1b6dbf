/** Stored configurations with their revisions. */
import type { Change } from '../core/changes.js';
import type { Cluster, JsonRecord } from '../core/plant.js';
import { numberOf, recordOf, recordsOf, textOf, textsOf, timeOf } from '../core/values.js';
import { ApiError, callJson, ifSeen } from './api.js';

export interface ConfigurationEntry {
  readonly name: string;
  readonly type: string | null;
  readonly camera: string | null;
  readonly groups: readonly string[];
  readonly running: boolean;
  readonly permanent: boolean;
  readonly revision: number | null;
  readonly changedAt: number | null;
  readonly author: string | null;
  readonly problem: string | null;
}

export interface StoredDocument {
  readonly name: string;
  readonly config: JsonRecord;
  /** As it stands in the file. */
  readonly text: string;
  readonly etag: string;
  readonly revision: number | null;
  readonly changedAt: number | null;
  readonly author: string | null;
  readonly comment: string | null;
}

export interface Revision {
  readonly revision: number;
  readonly time: number | null;
  readonly action: string;
  readonly author: string | null;
  readonly comment: string | null;
}

export interface Finding {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

export interface Validation {
  readonly valid: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly defaults: JsonRecord;
}

const base = (cluster: Cluster): string => `/api/v2/configs/${cluster}`;
const path = (cluster: Cluster, name: string): string => `${base(cluster)}/${encodeURIComponent(name)}`;

export async function listConfigurations(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ConfigurationEntry[]> {
  const answer = await callJson(cluster, base(cluster), { signal });
  return recordsOf(answer.configs).map((record) => ({
    name: textOf(record.name) ?? '',
    type: textOf(record.type),
    camera: textOf(record.camera),
    groups: textsOf(record.group),
    running: record.running === true,
    permanent: record.permanent === true,
    revision: numberOf(record.revision),
    changedAt: timeOf(record.changed),
    author: textOf(record.author),
    problem: textOf(record.problem),
  }));
}

function readDocument(record: JsonRecord): StoredDocument {
  const config = recordOf(record.config);
  return {
    name: textOf(record.name) ?? '',
    config,
    text: textOf(record.text) ?? JSON.stringify(config, null, 1),
    etag: textOf(record.etag) ?? '',
    revision: numberOf(record.revision),
    changedAt: timeOf(record.changed),
    author: textOf(record.author),
    comment: textOf(record.comment),
  };
}

export async function readConfiguration(
  cluster: Cluster,
  name: string,
  signal?: AbortSignal,
): Promise<StoredDocument> {
  return readDocument(await callJson(cluster, path(cluster, name), signal === undefined ? {} : { signal }));
}

/** Null when none of that name is stored. */
export async function findConfiguration(
  cluster: Cluster,
  name: string,
  signal?: AbortSignal,
): Promise<StoredDocument | null> {
  try {
    return await readConfiguration(cluster, name, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** @param etag of the document that was edited; null: there is none yet */
export async function saveConfiguration(
  cluster: Cluster,
  name: string,
  text: string,
  comment: string,
  etag: string | null,
): Promise<StoredDocument> {
  const headers = ifSeen(etag);
  // the text itself goes into the body, so that 2.0 stays 2.0
  const body = `{"config": ${text}, "comment": ${JSON.stringify(comment === '' ? null : comment)}}`;
  return readDocument(
    await callJson(cluster, path(cluster, name), {
      method: 'PUT',
      body,
      contentType: 'application/json',
      headers,
    }),
  );
}

export async function deleteConfiguration(
  cluster: Cluster,
  name: string,
  etag: string,
  reason: string,
): Promise<void> {
  const headers = ifSeen(etag);
  if (reason !== '') headers['X-Reason'] = encodeURIComponent(reason);
  await callJson(cluster, path(cluster, name), { method: 'DELETE', headers });
}

export async function listRevisions(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<Revision[]> {
  const answer = await callJson(cluster, `${path(cluster, name)}/revisions`, { signal });
  return recordsOf(answer.revisions)
    .map((record) => ({
      revision: numberOf(record.revision) ?? 0,
      time: timeOf(record.time),
      action: textOf(record.action) ?? '',
      author: textOf(record.author),
      comment: textOf(record.comment),
    }))
    .reverse();
}

export async function diffRevisions(
  cluster: Cluster,
  name: string,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<Change[]> {
  const answer = await callJson(cluster, `${path(cluster, name)}/diff?from=${from}&to=${to}`, { signal });
  return recordsOf(answer.changes).map((record) => ({
    path: textOf(record.path) ?? '',
    kind: record.kind === 'added' || record.kind === 'removed' ? record.kind : 'changed',
    before: record.kind === 'added' ? undefined : record.before,
    after: record.kind === 'removed' ? undefined : record.after,
  }));
}

export async function restoreRevision(
  cluster: Cluster,
  name: string,
  revision: number,
  etag: string | null,
  comment: string,
): Promise<StoredDocument> {
  const headers = ifSeen(etag);
  const json = { revision, comment: comment === '' ? null : comment };
  return readDocument(
    await callJson(cluster, `${path(cluster, name)}/restore`, { method: 'POST', json, headers }),
  );
}

export async function validateConfiguration(
  cluster: Cluster,
  name: string,
  text: string,
  signal: AbortSignal,
): Promise<Validation> {
  const options = { method: 'POST', json: { name, text }, signal } as const;
  const answer = await callJson(cluster, `${base(cluster)}/validate`, options);
  return {
    valid: answer.valid !== false,
    errors: recordsOf(answer.errors).map(readFinding),
    warnings: recordsOf(answer.warnings).map(readFinding),
    defaults: recordOf(answer.defaults),
  };
}

function readFinding(record: JsonRecord): Finding {
  return {
    path: textOf(record.path) ?? '',
    line: numberOf(record.line),
    message: textOf(record.message) ?? '',
  };
}

export async function updateInstance(
  cluster: Cluster,
  name: string,
  changes: JsonRecord,
  remove: readonly string[],
  options: { readonly save: boolean; readonly comment: string },
): Promise<JsonRecord> {
  const answer = await callJson(cluster, `/api/v2/instances/${cluster}/${encodeURIComponent(name)}/config`, {
    method: 'POST',
    json: { changes, remove, save: options.save, comment: options.comment === '' ? null : options.comment },
  });
  return recordOf(answer.config);
}

/** The keys a document may have, by name, with their JSON Schemas; empty when the server does not tell. */
export async function readSchema(cluster: Cluster, signal?: AbortSignal): Promise<JsonRecord> {
  const kind = cluster === 'cameras' ? 'camera' : 'pipeline';
  const answer = await callJson(cluster, `/api/v2/schema/${kind}`, signal === undefined ? {} : { signal });
  return recordOf(answer.properties ?? recordOf(answer.schema).properties);
}

/** Under its new name it begins a history of its own; that of the old name stays. */
export async function renameConfiguration(cluster: Cluster, name: string, to: string): Promise<void> {
  const { text, etag } = await readConfiguration(cluster, name);
  await saveConfiguration(cluster, to, text, `renamed from ${name}`, null);
  await deleteConfiguration(cluster, name, etag, `renamed to ${to}`);
}
