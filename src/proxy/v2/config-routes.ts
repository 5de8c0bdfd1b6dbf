/** Stored configurations: reading, changing with tags, and checking. */
import { type JsonObject, parseJson } from '../../common/json.js';
import { noteChange } from '../../common/request-context.js';
import { defineRoute, jsonAnswer, ProblemError, type RawAnswer, type Route } from '../../http/index.js';
import { type Change, isConfigurationName } from '../../storage/index.js';
import type { ConfigurationCatalogue } from './config-catalogue.js';
import { type RevisionParts, revisionRoutes } from './config-revisions.js';
import {
  addedDefaults,
  checkDocument,
  checkText,
  type Finding,
  nameFinding,
  type References,
  requireObject,
} from './document-checks.js';
import { jsonDiff } from './json-diff.js';
import type { Plant } from './plant.js';
import { expectedTag, orConflict, taggedAnswer } from './preconditions.js';
import type { ClusterName } from './records.js';
import { API, integer, listOf, nullableText, object, objectOf, text } from './schemas.js';

export interface ConfigParts extends RevisionParts {
  readonly cluster: ClusterName;
  readonly plant: Plant;
  readonly references: References;
  /** Validates, stores and hands out; the services of both families have these. */
  readonly service: {
    saveConfig(name: string, config: JsonObject, change?: Change): Promise<JsonObject>;
    deleteConfig(name: string, change?: Change): Promise<void>;
  };
}

const tag = 'configurations';
const base = `${API}/configs/{cluster}` as const;
const one = `${base}/{configuration_name}` as const;
const documentSchema = objectOf({
  name: text,
  config: object,
  text,
  etag: text,
  revision: { type: ['integer', 'null'] },
});
const documentExample = {
  name: 'simulation_sp',
  config: { camera_name: 'simulation', name: 'simulation_sp' },
  text: '{\n "camera_name": "simulation",\n "name": "simulation_sp"\n}',
  etag: '5c1f0a',
  revision: 3,
  changed: '2026-11-25T09:00:00.000Z',
  author: 'otto',
  comment: 'new lens',
};

export function configRoutes(parts: ConfigParts): Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts), ...revisionRoutes(parts)];
}

function readingRoutes({ cluster, catalogue, plant, references }: ConfigParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: base,
      tag,
      summary: 'The stored configurations, with their last change and what is wrong with them',
      response: { kind: 'json', schema: objectOf({ configs: listOf(object) }) },
      handler: async () => {
        const record = plant.current(cluster);
        const running = new Set<string>();
        for (const { configuration, worker } of record?.instances ?? []) {
          if (configuration !== null && worker !== null) running.add(configuration);
        }
        const permanent = new Set(
          record?.permanent.filter(({ enabled }) => enabled).map(({ configuration }) => configuration),
        );
        const configs = (await catalogue.list()).map(({ uses, background, ...entry }) => ({
          ...entry,
          running: running.has(entry.name),
          permanent: permanent.has(entry.name),
        }));
        return jsonAnswer({ configs });
      },
    }),
    defineRoute({
      method: 'GET',
      path: one,
      tag,
      summary: 'One stored configuration as it is, with its tag',
      query: { expanded: { description: 'true: also with its defaults' } },
      response: { kind: 'json', schema: documentSchema },
      examples: { answer: documentExample },
      handler: async ({ parameters: { configuration_name: name }, query }) => {
        const found = await catalogue.read(name);
        if (query.expanded !== 'true') return taggedAnswer(found, found.etag);
        const { expanded } = await checkDocument(cluster, found.config, null);
        return taggedAnswer({ ...found, expanded }, found.etag);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/validate`,
      tag,
      summary: 'Checks a configuration without storing it; every finding at once',
      isReadOnly: true,
      role: 'viewer',
      body: { kind: 'object', what: 'check ({"name", "config" or "text"})', required: true },
      response: {
        kind: 'json',
        schema: objectOf({ valid: { type: 'boolean' }, errors: listOf(object), warnings: listOf(object) }),
      },
      examples: {
        body: { name: 'simulation_sp', text: '{"camera_name": "simulation", "image_treshold": 3}' },
        answer: {
          valid: true,
          errors: [],
          warnings: [
            {
              path: '/image_treshold',
              line: 1,
              message: "CamServer does not know the key 'image_treshold'. Did you mean 'image_threshold'?",
            },
          ],
          defaults: { pipeline_type: 'processing' },
          changes: [],
        },
      },
      handler: async ({ body }) => {
        const name = typeof body.name === 'string' ? body.name : null;
        const findings =
          typeof body.text === 'string'
            ? await checkText(cluster, body.text, references)
            : await checkDocument(cluster, requireObject(body.config, 'config'), references);
        const nameFault = name === null ? null : nameFinding(name);
        const errors = [...(nameFault === null ? [] : [nameFault]), ...findings.errors];
        const { config, expanded } = findings;
        const stored = name !== null && (await catalogue.store.has(name)) ? await catalogue.read(name) : null;
        return jsonAnswer({
          valid: errors.length === 0,
          errors,
          warnings: findings.warnings,
          defaults: config === null || expanded === null ? {} : addedDefaults(config, expanded),
          changes: config === null || stored === null ? [] : jsonDiff(stored.config, { ...config, name }),
        });
      },
    }),
  ];
}

function changingRoutes(parts: ConfigParts): Route[] {
  const { catalogue, service } = parts;
  return [
    defineRoute({
      method: 'PUT',
      path: one,
      tag,
      summary: 'Stores a configuration: with If-Match a changed one, with If-None-Match: * a new one',
      action: 'config.save',
      body: {
        kind: 'object',
        what: 'document ({"config", "comment"})',
        required: true,
        schema: {
          type: 'object',
          properties: { config: object, comment: nullableText },
          required: ['config'],
        },
      },
      response: { kind: 'json', schema: documentSchema },
      examples: {
        body: { config: { camera_name: 'simulation' }, comment: 'new lens' },
        answer: documentExample,
      },
      handler: async (request) => {
        const { configuration_name: name } = request.parameters;
        const config = requireObject(request.body.config, 'config');
        const change = { expectedTag: expectedTag(request), ...commentOf(request.body) };
        return save(parts, name, config, change);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Deletes a stored configuration; a running instance stays',
      action: 'config.delete',
      role: 'admin',
      response: { kind: 'json', schema: objectOf({ deleted: text }) },
      handler: async (request) => {
        const { configuration_name: name } = request.parameters;
        const expected = expectedTag(request);
        if ((await catalogue.tag(name)) === null) await catalogue.read(name);
        await ifUnchanged(catalogue, name, () => service.deleteConfig(name, { expectedTag: expected }));
        return jsonAnswer({ deleted: name });
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/restore`,
      tag,
      summary: 'Makes an old revision the present one, as a new revision',
      action: 'config.restore',
      body: {
        kind: 'object',
        what: 'order ({"revision", "comment"})',
        required: true,
        schema: {
          type: 'object',
          properties: { revision: integer, comment: nullableText },
          required: ['revision'],
        },
      },
      response: { kind: 'json', schema: documentSchema },
      examples: { body: { revision: 3, comment: 'the new lens was worse' }, answer: documentExample },
      handler: async (request) => {
        const { configuration_name: name } = request.parameters;
        const number = Number(request.body.revision);
        const revision = await catalogue.revision(name, number);
        if (revision.text === null) {
          throw new ProblemError(409, 'REVISION_DELETED', `Revision ${number} of '${name}' is its deletion.`);
        }
        noteChange({ details: `revision ${number}` });
        const comment = commentOf(request.body).comment ?? `restored revision ${number}`;
        const change = { expectedTag: expectedTag(request), comment };
        return save(parts, name, requireObject(parseJson(revision.text), 'revision'), change);
      },
    }),
  ];
}

async function save(
  { cluster, catalogue, service, references }: ConfigParts,
  name: string,
  config: JsonObject,
  change: Change,
): Promise<RawAnswer> {
  if (!isConfigurationName(name)) {
    throw new ProblemError(422, 'RESERVED_NAME', `No configuration can be called '${name}'.`);
  }
  const { errors } = await checkDocument(cluster, config, references);
  if (errors.length > 0) throw invalid(errors);
  const isNew = change.expectedTag === null;
  await ifUnchanged(catalogue, name, () => service.saveConfig(name, config, change));
  const stored = await catalogue.read(name);
  return taggedAnswer(stored, stored.etag, isNew ? 201 : 200);
}

function ifUnchanged<T>(catalogue: ConfigurationCatalogue, name: string, work: () => Promise<T>): Promise<T> {
  return orConflict(work, () => catalogue.tag(name), `Configuration '${name}'`);
}

function invalid(errors: readonly Finding[]): ProblemError {
  const [first] = errors;
  const members = { errors: errors.map(({ path, message }) => ({ path, message })) };
  return new ProblemError(422, 'INVALID_CONFIGURATION', first!.message, { members });
}

function commentOf({ comment }: JsonObject): { comment?: string } {
  return typeof comment === 'string' && comment !== '' ? { comment: comment.slice(0, 1000) } : {};
}
