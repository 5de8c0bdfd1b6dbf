/** Users' scripts and libraries. */
import { defineRoute, jsonAnswer, ProblemError, RawAnswer, type Route } from '../../http/index.js';
import { digestOf, type LibraryStore, type RenamableCode, type ScriptStore } from '../../storage/index.js';
import type { ConfigurationCatalogue } from './config-catalogue.js';
import { etagOf, expectedTag, orConflict, taggedAnswer } from './preconditions.js';
import { API, listOf, object, objectOf, text } from './schemas.js';

/** One kind of code: where it is kept, and through what it is changed, so that changes reach the workers. */
export type CodeShelf =
  | { readonly kind: 'script'; readonly store: ScriptStore; readonly code: RenamableCode }
  | { readonly kind: 'library'; readonly store: LibraryStore; readonly code: RenamableCode };

const query = { cluster: { description: 'pipelines or cameras; default: of this server' } };
const listExample = {
  ...{ name: 'my_function.py', size: 812, etag: '5c1f0a', changed: '2026-11-25T09:00:00.000Z' },
  used_by: ['a_sp'],
};

export function codeRoutes(shelf: CodeShelf, catalogue: ConfigurationCatalogue): Route[] {
  return [...readingRoutes(shelf, catalogue), ...changingRoutes(shelf), renameRoute(shelf, catalogue)];
}

function pathsOf({ kind }: CodeShelf) {
  const tag = kind === 'script' ? ('scripts' as const) : ('libraries' as const);
  const all = `${API}/${tag}` as const;
  return { tag, all, one: `${all}/{file_name}` as const };
}

function readingRoutes(shelf: CodeShelf, catalogue: ConfigurationCatalogue): Route[] {
  const { kind, store } = shelf;
  const { tag, all, one } = pathsOf(shelf);
  return [
    defineRoute({
      method: 'GET',
      path: all,
      tag,
      summary: `The ${tag}, when they were changed, and the configurations that name them`,
      query,
      response: { kind: 'json', schema: objectOf({ [tag]: listOf(object) }) },
      examples: { answer: { [tag]: [listExample] } },
      handler: async () => {
        const users = await catalogue.usersOfCode();
        const files = await Promise.all(
          (await store.names()).map(async (name) => {
            const { content } = await store.read(name);
            const changed = (await store.modified(name))?.toISOString() ?? null;
            return { name, size: content.length, etag: digestOf(content), changed, used_by: users(name) };
          }),
        );
        return jsonAnswer({ [tag]: files });
      },
    }),
    defineRoute({
      method: 'GET',
      path: one,
      tag,
      summary: `The bytes of a ${kind}, with its tag`,
      query,
      response: { kind: 'text' },
      handler: async ({ parameters: { file_name } }) => {
        const { name, content } = await store.read(file_name);
        return new RawAnswer('application/octet-stream', content, 200, {
          ETag: etagOf(digestOf(content)),
          'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        });
      },
    }),
  ];
}

function changingRoutes(shelf: CodeShelf): Route[] {
  const { kind, store, code } = shelf;
  const { tag, one } = pathsOf(shelf);
  return [
    defineRoute({
      method: 'PUT',
      path: one,
      tag,
      summary: `Stores a ${kind}: with If-Match a changed one, with If-None-Match: * a new one`,
      action: `${kind}.save`,
      role: 'admin',
      query,
      body: { kind: 'bytes', what: kind, limit: 'code' },
      response: { kind: 'json', schema: objectOf({ name: text, etag: text }) },
      examples: { answer: { name: 'my_function.py', etag: '5c1f0a' } },
      handler: async (request) => {
        const { file_name: name } = request.parameters;
        const expected = expectedTag(request);
        await ifUnchanged(shelf, name, () => code.store(name, request.body, { expectedTag: expected }));
        const etag = digestOf(request.body);
        return taggedAnswer({ name, etag }, etag, expected === null ? 201 : 200);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      tag,
      summary: `Deletes a ${kind}`,
      action: `${kind}.delete`,
      role: 'admin',
      query,
      response: { kind: 'json', schema: objectOf({ deleted: text }) },
      handler: async (request) => {
        const { file_name: name } = request.parameters;
        const expected = expectedTag(request);
        if ((await store.digest(name)) === null) await store.read(name);
        await ifUnchanged(shelf, name, () => code.delete(name, { expectedTag: expected }));
        return jsonAnswer({ deleted: name });
      },
    }),
  ];
}

function renameRoute(shelf: CodeShelf, catalogue: ConfigurationCatalogue): Route {
  const { kind, store, code } = shelf;
  const { tag, one } = pathsOf(shelf);
  return defineRoute({
    method: 'POST',
    path: `${one}/rename`,
    tag,
    summary: `Gives a ${kind} another name, here and on the workers; configurations that name it stay as they are`,
    action: `${kind}.rename`,
    role: 'admin',
    query,
    body: {
      kind: 'object',
      what: 'order ({"name"})',
      required: true,
      schema: { type: 'object', properties: { name: text }, required: ['name'] },
    },
    response: {
      kind: 'json',
      schema: objectOf({ name: text, renamed_from: text, etag: text, used_by: listOf(text) }),
    },
    examples: {
      body: { name: 'spectrum.py' },
      answer: { name: 'spectrum.py', renamed_from: 'my_function.py', etag: '5c1f0a', used_by: ['a_sp'] },
    },
    handler: async (request) => {
      const { file_name: from } = request.parameters;
      const { name: to } = request.body;
      if (typeof to !== 'string') {
        throw new ProblemError(400, 'INVALID_BODY', 'The text name is missing: the new name of the file.');
      }
      const etag = expectedTag(request);
      if (etag === null) {
        const what = `Say which ${kind} you have seen: If-Match with its ETag.`;
        throw new ProblemError(428, 'PRECONDITION_REQUIRED', what);
      }
      if ((await store.digest(from)) === null) await store.read(from);
      await ifUnchanged(shelf, from, () => code.rename(from, to, { expectedTag: etag }));
      const used_by = (await catalogue.usersOfCode())(from);
      return taggedAnswer({ name: to, renamed_from: from, etag, used_by }, etag);
    },
  });
}

function ifUnchanged<T>({ kind, store }: CodeShelf, name: string, work: () => Promise<T>): Promise<T> {
  return orConflict(work, () => store.digest(name), `The ${kind} '${name}'`);
}
