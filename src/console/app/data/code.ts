/** Scripts and libraries of users. */
import { numberOf, recordsOf, textOf, textsOf, timeOf } from '../core/values.js';
import { ApiError, call, callBlob, callJson, ifSeen } from './api.js';

export type CodeKind = 'scripts' | 'libraries';

export interface CodeEntry {
  readonly name: string;
  readonly size: number | null;
  readonly changedAt: number | null;
  readonly etag: string;
  readonly usedBy: readonly string[];
}

export async function listCode(kind: CodeKind, signal: AbortSignal): Promise<CodeEntry[]> {
  const answer = await callJson('pipelines', `/api/v2/${kind}`, { signal });
  return recordsOf(answer[kind])
    .map((record) => ({
      name: textOf(record.name) ?? '',
      size: numberOf(record.size),
      changedAt: timeOf(record.changed),
      etag: textOf(record.etag) ?? '',
      usedBy: textsOf(record.used_by),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

const path = (kind: CodeKind, name: string): string => `/api/v2/${kind}/${encodeURIComponent(name)}`;

export async function readCode(
  kind: CodeKind,
  name: string,
  signal: AbortSignal,
): Promise<{ text: string; etag: string }> {
  const response = await call('pipelines', path(kind, name), { signal });
  if (!response.ok) throw await problemOf(response);
  return { text: await response.text(), etag: response.headers.get('etag') ?? '' };
}

export function downloadCode(kind: CodeKind, name: string): Promise<Blob> {
  return callBlob('pipelines', path(kind, name));
}

/** @param etag of what is replaced; null: it must be new */
export async function saveCode(
  kind: CodeKind,
  name: string,
  content: BodyInit,
  etag: string | null,
): Promise<void> {
  const headers = ifSeen(etag);
  const response = await call('pipelines', path(kind, name), {
    method: 'PUT',
    body: content,
    contentType: kind === 'scripts' ? 'text/plain; charset=UTF-8' : 'application/octet-stream',
    headers,
  });
  if (!response.ok) throw await problemOf(response);
}

export async function deleteCode(kind: CodeKind, name: string, etag: string, reason: string): Promise<void> {
  const headers = ifSeen(etag);
  if (reason !== '') headers['X-Reason'] = encodeURIComponent(reason);
  await callJson('pipelines', path(kind, name), { method: 'DELETE', headers });
}

export interface ScriptFault {
  readonly line: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** What the server's interpreters and compilers find, without running it. */
export async function checkScript(name: string, text: string, signal: AbortSignal): Promise<ScriptFault[]> {
  const answer = await callJson('pipelines', '/api/v2/scripts/check', {
    method: 'POST',
    json: { name, text },
    signal,
  });
  return recordsOf(answer.diagnostics).map((record) => ({
    line: numberOf(record.line) ?? 1,
    message: textOf(record.message) ?? '',
    severity: record.severity === 'error' ? 'error' : 'warning',
  }));
}

export interface ScriptRevision {
  readonly revision: number;
  readonly time: number | null;
  readonly action: string;
  readonly author: string | null;
}

/** Newest first. */
export async function listScriptRevisions(name: string, signal: AbortSignal): Promise<ScriptRevision[]> {
  const answer = await callJson('pipelines', `${path('scripts', name)}/revisions`, { signal });
  return recordsOf(answer.revisions)
    .map((record) => ({
      revision: numberOf(record.revision) ?? 0,
      time: timeOf(record.time),
      action: textOf(record.action) ?? '',
      author: textOf(record.author),
    }))
    .reverse();
}

/** The text of a revision; empty for a deletion. */
export async function readScriptRevision(
  name: string,
  revision: number,
  signal: AbortSignal,
): Promise<string> {
  const answer = await callJson('pipelines', `${path('scripts', name)}/revisions/${revision}`, { signal });
  return textOf(answer.text) ?? '';
}

/** Here and on the workers; configurations that name it stay as they are. */
export async function renameCode(kind: CodeKind, entry: CodeEntry, name: string): Promise<void> {
  const headers = ifSeen(entry.etag);
  await callJson('pipelines', `${path(kind, entry.name)}/rename`, {
    method: 'POST',
    json: { name },
    headers,
  });
}

async function problemOf(response: Response): Promise<ApiError> {
  const record = await response.json().catch(() => ({}));
  const text = textOf(record.detail) ?? textOf(record.status) ?? `The server answered ${response.status}.`;
  return new ApiError(text, response.status, response.headers.get('x-request-id'), record);
}
