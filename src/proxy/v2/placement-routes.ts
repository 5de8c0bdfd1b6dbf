/** The pool of workers and the permanent instances of a manager, as documents with tags. */
import { CamServerError } from '../../common/errors.js';
import type { JsonObject } from '../../common/json.js';
import { isJsonObject } from '../../common/leniency.js';
import { noteChange } from '../../common/request-context.js';
import { defineRoute, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { type ConfigurationStore, documentTag } from '../../storage/index.js';
import type { ClusterView } from '../cluster-view.js';
import type { PermanentSettings } from '../permanent-settings.js';
import type { PoolSettings } from '../pool-settings.js';
import { type Consequences, permanentConsequences, poolConsequences } from './consequences.js';
import type { Plant } from './plant.js';
import { expectedTag, orConflict, requireTag, taggedAnswer } from './preconditions.js';
import type { ClusterName } from './records.js';
import { API, listOf, nullableText, object, objectOf, text } from './schemas.js';
import { workerProbeRoutes } from './worker-probe-routes.js';

/** What a manager can be told about its cluster. */
export interface ClusterSettings {
  readonly pool: PoolSettings;
  readonly permanent: PermanentSettings;
}

export interface PlacementParts {
  readonly cluster: ClusterName;
  readonly plant: Plant;
  readonly view: ClusterView;
  readonly store: ConfigurationStore;
  /** Null on a standalone server. */
  readonly settings: ClusterSettings | null;
}

const tag = 'placement';
const pool = `${API}/placement/{cluster}` as const;
const permanent = `${API}/permanent/{cluster}` as const;
const preview = { kind: 'json', schema: objectOf({ errors: listOf(text), warnings: listOf(text) }) } as const;

export function placementRoutes(parts: PlacementParts): Route[] {
  return [
    ...poolRoutes(parts),
    explainRoute(parts),
    ...workerProbeRoutes(parts.cluster),
    ...permanentRoutes(parts),
  ];
}

function poolRoutes(parts: PlacementParts): Route[] {
  const { plant, cluster, store } = parts;
  const body = {
    kind: 'object',
    what: 'pool ({"placement", "comment"})',
    required: true,
    schema: {
      type: 'object',
      properties: { placement: object, comment: nullableText },
      required: ['placement'],
    },
  } as const;
  const consequences = (document: JsonObject): Promise<Consequences> =>
    poolConsequences(document, requireSettings(parts).pool.document, plant.current(cluster), store);
  return [
    defineRoute({
      method: 'GET',
      path: pool,
      tag,
      summary: 'The pool of workers as it is configured',
      response: { kind: 'json', schema: objectOf({ placement: object, etag: text }) },
      examples: {
        answer: {
          placement: { 'http://host-1:8881': { expanding: true, instances: ['a:9000'] } },
          etag: '5c1f0a',
        },
      },
      handler: () => poolAnswer(requireSettings(parts)),
    }),
    defineRoute({
      method: 'PUT',
      path: pool,
      tag,
      summary: 'Replaces the pool; it acts at once',
      action: 'placement.save',
      role: 'admin',
      body,
      response: { kind: 'json', schema: objectOf({ placement: object, etag: text }) },
      handler: async (request) => {
        const settings = requireSettings(parts);
        const document = requireDocument(request.body.placement, 'placement');
        const change = { expectedTag: expectedTag(request) };
        const present = (): string => documentTag(settings.pool.document);
        requireTag(change.expectedTag, present(), 'The pool');
        refuse(await consequences(document));
        await orConflict(() => settings.pool.replace(document, change), present, 'The pool');
        noteChange(comment(request.body));
        return poolAnswer(settings);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${pool}/preview`,
      tag,
      summary: 'What a new pool would do, without using it',
      isReadOnly: true,
      role: 'viewer',
      body,
      response: preview,
      handler: async ({ body }) =>
        jsonAnswer(await consequences(requireDocument(body.placement, 'placement'))),
    }),
  ];
}

function explainRoute(parts: PlacementParts): Route {
  return defineRoute({
    method: 'GET',
    path: `${pool}/explain`,
    tag,
    summary: 'Where an instance would go, and why',
    query: {
      instance: { description: 'Id of the instance' },
      configuration: { description: 'Name of a stored configuration; default: as the instance' },
      origin: { description: 'Address that would ask' },
    },
    response: { kind: 'json', schema: objectOf({ server: nullableText, explanation: listOf(text) }) },
    examples: {
      answer: {
        instance: 'simulation_sp',
        configuration: 'simulation_sp',
        cameraName: 'simulation',
        server: 'http://host-1:8881',
        rule: 'least load',
        port: null,
        explanation: ['least load: http://host-1:8881 has 3 instances'],
        candidates: [],
      },
    },
    handler: async ({ query }) => {
      requireSettings(parts);
      const { instance, configuration, origin } = query;
      if (!instance && !configuration) {
        throw new CamServerError('INVALID_QUERY', 'Name an instance or a configuration.');
      }
      return jsonAnswer(
        await parts.view.explain({
          instance: instance || null,
          configuration: configuration || null,
          config: null,
          originAddress: origin || null,
        }),
      );
    },
  });
}

function permanentRoutes(parts: PlacementParts): Route[] {
  const { plant, cluster, store } = parts;
  const body = {
    kind: 'object',
    what: 'list ({"permanent", "comment"})',
    required: true,
    schema: {
      type: 'object',
      properties: { permanent: object, comment: nullableText },
      required: ['permanent'],
    },
  } as const;
  const consequences = (document: JsonObject): Promise<Consequences> =>
    permanentConsequences(document, requireSettings(parts).permanent.read(), plant.current(cluster), store);
  const answer = (): ReturnType<typeof taggedAnswer> => {
    const list = requireSettings(parts).permanent.read();
    const etag = documentTag(list);
    return taggedAnswer({ permanent: list, instances: plant.current(cluster)?.permanent ?? [], etag }, etag);
  };
  return [
    defineRoute({
      method: 'GET',
      path: permanent,
      tag,
      summary: 'The permanent instances: the list, and what became of each',
      response: {
        kind: 'json',
        schema: objectOf({ permanent: object, instances: listOf(object), etag: text }),
      },
      examples: { answer: { permanent: { simulation_sp: 'simulation_sp' }, instances: [], etag: '5c1f0a' } },
      handler: answer,
    }),
    defineRoute({
      method: 'PUT',
      path: permanent,
      tag,
      summary: 'Replaces the list: what is new is started, what is gone or switched off is stopped',
      action: 'permanent.save',
      role: 'admin',
      body,
      response: { kind: 'json', schema: objectOf({ permanent: object, etag: text }) },
      handler: async (request) => {
        const settings = requireSettings(parts);
        const document = requireDocument(request.body.permanent, 'permanent');
        const change = { expectedTag: expectedTag(request) };
        const present = (): string => documentTag(settings.permanent.read());
        const what = 'The list of permanent instances';
        requireTag(change.expectedTag, present(), what);
        refuse(await consequences(document));
        await orConflict(() => settings.permanent.replace(document, change), present, what);
        noteChange(comment(request.body));
        await plant.look();
        return answer();
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${permanent}/preview`,
      tag,
      summary: 'What a new list would start and stop, without using it',
      isReadOnly: true,
      role: 'viewer',
      body,
      response: preview,
      handler: async ({ body }) =>
        jsonAnswer(await consequences(requireDocument(body.permanent, 'permanent'))),
    }),
  ];
}

function poolAnswer({ pool }: ClusterSettings): ReturnType<typeof taggedAnswer> {
  const etag = documentTag(pool.document);
  return taggedAnswer({ placement: pool.document, etag }, etag);
}

/** @throws ProblemError 422 */
function refuse({ errors }: Consequences): void {
  if (errors.length === 0) return;
  const members = { errors: errors.map((message) => ({ path: '', message })) };
  throw new ProblemError(422, 'INVALID_DOCUMENT', errors[0]!, { members });
}

function requireSettings({ settings }: PlacementParts): ClusterSettings {
  if (settings !== null) return settings;
  throw new ProblemError(
    404,
    'NO_CLUSTER',
    'A standalone server has no pool of workers and no permanent instances.',
  );
}

function requireDocument(value: unknown, name: string): JsonObject {
  if (isJsonObject(value as JsonObject)) return value as JsonObject;
  throw new CamServerError('INVALID_BODY', `'${name}' must be a JSON object.`);
}

function comment(body: JsonObject): { details?: string } {
  return typeof body.comment === 'string' && body.comment !== '' ? { details: body.comment } : {};
}
