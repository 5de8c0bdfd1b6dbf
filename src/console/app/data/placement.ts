/** The pool of workers and the permanent instances as documents with tags. */
import type { Cluster, JsonRecord } from '../core/plant.js';
import { numberOf, recordOf, recordsOf, textOf, textsOf } from '../core/values.js';
import { ApiError, callJson, ifSeen } from './api.js';

export interface Documents {
  readonly placement: JsonRecord;
  readonly placementTag: string;
  /** Name (with `#` when switched off) to configuration. */
  readonly permanent: JsonRecord;
  readonly permanentTag: string;
}

export interface Preview {
  readonly starts: readonly string[];
  readonly stops: readonly { readonly instance: string; readonly clients: number | null }[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export async function readPlacement(cluster: Cluster, signal?: AbortSignal): Promise<Documents> {
  const options = signal === undefined ? {} : { signal };
  const [placement, permanent] = await Promise.all([
    callJson(cluster, `/api/v2/placement/${cluster}`, options),
    callJson(cluster, `/api/v2/permanent/${cluster}`, options),
  ]);
  return {
    placement: recordOf(placement.placement),
    placementTag: textOf(placement.etag) ?? '',
    permanent: recordOf(permanent.permanent),
    permanentTag: textOf(permanent.etag) ?? '',
  };
}

/** Workers with what is fixed on them; empty where no manager places instances. */
export async function readPool(cluster: Cluster, signal: AbortSignal): Promise<JsonRecord> {
  try {
    return recordOf((await callJson(cluster, `/api/v2/placement/${cluster}`, { signal })).placement);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return {};
    throw error;
  }
}

type Kind = 'placement' | 'permanent';

export async function previewChange(cluster: Cluster, kind: Kind, document: JsonRecord): Promise<Preview> {
  const answer = await callJson(cluster, `/api/v2/${kind}/${cluster}/preview`, {
    method: 'POST',
    json: { [kind]: document },
  });
  return {
    starts: textsOf(answer.starts).concat(
      recordsOf(answer.starts).flatMap((entry) => textOf(entry.instance) ?? []),
    ),
    stops: recordsOf(answer.stops).map((entry) => ({
      instance: textOf(entry.instance) ?? '',
      clients: numberOf(entry.clients),
    })),
    errors: messages(answer.errors),
    warnings: messages(answer.warnings),
  };
}

function messages(value: JsonRecord[string] | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry) =>
    typeof entry === 'string' ? entry : (textOf(recordOf(entry).message) ?? JSON.stringify(entry)),
  );
}

export async function savePlacement(
  cluster: Cluster,
  kind: Kind,
  document: JsonRecord,
  etag: string,
  comment: string,
): Promise<void> {
  const headers = {
    ...ifSeen(etag),
    ...(comment === '' ? {} : { 'X-Reason': encodeURIComponent(comment) }),
  };
  await callJson(cluster, `/api/v2/${kind}/${cluster}`, {
    method: 'PUT',
    json: { [kind]: document, comment: comment === '' ? null : comment },
    headers,
    deadline: 120_000,
  });
}

/** Whether a server answers as a worker of the cluster. */
export async function probeWorker(
  cluster: Cluster,
  server: string,
): Promise<{ reachable: boolean; version: string | null; problem: string | null }> {
  const answer = await callJson(cluster, `/api/v2/placement/${cluster}/probe`, {
    method: 'POST',
    json: { server },
  });
  return {
    reachable: answer.reachable === true,
    version: textOf(answer.version),
    problem: textOf(answer.problem),
  };
}
