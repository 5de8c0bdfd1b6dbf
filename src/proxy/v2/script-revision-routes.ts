/** What became of users' scripts, for going back. */
import { defineRoute, jsonAnswer, ProblemError, type Route } from '../../http/index.js';
import { digestOf, type Revision } from '../../storage/index.js';
import { API, listOf, object, objectOf } from './schemas.js';

export interface ScriptHistory {
  /** Oldest first. */
  revisions(name: string): Promise<Revision[]>;
}

const tag = 'scripts';
const all = `${API}/scripts/{file_name}/revisions` as const;
const query = { cluster: { description: 'pipelines or cameras; default: of this server' } };
const etagOf = ({ text }: Revision): string | null => (text === null ? null : digestOf(text));

export function scriptRevisionRoutes(history: ScriptHistory): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: all,
      tag,
      summary: 'The history of a script, oldest first',
      query,
      response: { kind: 'json', schema: objectOf({ revisions: listOf(object) }) },
      handler: async ({ parameters: { file_name: name } }) => {
        const revisions = await history.revisions(name);
        return jsonAnswer({
          revisions: revisions.map((entry) => {
            const { text, ...rest } = entry;
            return { ...rest, etag: etagOf(entry) };
          }),
        });
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${all}/{revision}`,
      tag,
      summary: 'One revision of a script with its text',
      query,
      response: { kind: 'json', schema: object },
      handler: async ({ parameters: { file_name: name, revision } }) => {
        const found = (await history.revisions(name)).find((entry) => String(entry.revision) === revision);
        if (found === undefined) {
          const text = `There is no revision ${revision} of '${name}'.`;
          throw new ProblemError(404, 'REVISION_NOT_FOUND', text);
        }
        return jsonAnswer({ name, ...found, etag: etagOf(found) });
      },
    }),
  ];
}
