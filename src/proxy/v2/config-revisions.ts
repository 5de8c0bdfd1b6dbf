/** The history of stored configurations, and what differs in it. */
import { CamServerError } from '../../common/errors.js';
import { type JsonObject, parseJson } from '../../common/json.js';
import { defineRoute, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { tagOf } from '../../storage/index.js';
import type { ConfigurationCatalogue } from './config-catalogue.js';
import { requireObject } from './document-checks.js';
import { jsonDiff } from './json-diff.js';
import { API, listOf, object, objectOf, text } from './schemas.js';

export interface RevisionParts {
  readonly catalogue: ConfigurationCatalogue;
  /** The configuration that an instance runs with; null when it does not run. */
  readonly runningConfig: (instance: string) => JsonObject | null;
}

const tag = 'configurations';
const one = `${API}/configs/{cluster}/{configuration_name}` as const;

export function revisionRoutes({ catalogue, runningConfig }: RevisionParts): Route[] {
  const contentOf = async (name: string, which: string): Promise<JsonObject> => {
    if (which === 'stored') return (await catalogue.read(name)).config;
    if (which === 'running') {
      const running = runningConfig(name);
      if (running !== null) return running;
      throw new ProblemError(404, 'INSTANCE_UNKNOWN', `Instance '${name}' does not run.`);
    }
    const { text } = await catalogue.revision(name, Number(which));
    return text === null ? {} : requireObject(parseJson(text), 'revision');
  };
  return [
    defineRoute({
      method: 'GET',
      path: `${one}/revisions`,
      tag,
      summary: 'Its history, oldest first',
      response: { kind: 'json', schema: objectOf({ revisions: listOf(object) }) },
      handler: async ({ parameters: { configuration_name: name } }) => {
        const revisions = await catalogue.store.revisions(name);
        if (revisions.length === 0) await catalogue.read(name);
        return jsonAnswer({
          revisions: revisions.map(({ text, ...revision }) => ({ ...revision, etag: tagOfText(text) })),
        });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${one}/revisions/{revision}`,
      tag,
      summary: 'One revision with its content',
      response: { kind: 'json', schema: object },
      handler: async ({ parameters: { configuration_name: name, revision: number } }) => {
        const found = await catalogue.revision(name, Number(number));
        const config = found.text === null ? null : requireObject(parseJson(found.text), 'revision');
        return jsonAnswer({ name, ...found, etag: tagOfText(found.text), config });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${one}/diff`,
      tag,
      summary: 'What differs between two revisions, the stored and the running configuration',
      query: {
        from: { description: 'A revision number, stored or running' },
        to: { description: 'The same; default stored' },
      },
      response: { kind: 'json', schema: objectOf({ from: text, to: text, changes: listOf(object) }) },
      examples: {
        answer: {
          from: '3',
          to: 'stored',
          changes: [{ path: '/image_threshold', kind: 'changed', before: null, after: 12 }],
        },
      },
      handler: async ({ parameters: { configuration_name: name }, query }) => {
        const { from, to = 'stored' } = query;
        if (!from) throw new CamServerError('INVALID_QUERY', 'from: a revision number, stored or running.');
        const changes = jsonDiff(await contentOf(name, from), await contentOf(name, to));
        return jsonAnswer({ from, to, changes });
      },
    }),
  ];
}

function tagOfText(text: string | null): string | null {
  return text === null ? null : tagOf(text);
}
