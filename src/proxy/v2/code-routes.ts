/** Users' scripts and libraries. */
import { CamServerError } from '../../common/errors.js';
import { defineRoute, jsonAnswer, RawAnswer, type Route } from '../../http/index.js';
import { digestOf, type StoredFile } from '../../storage/index.js';
import type { ConfigurationCatalogue } from './config-catalogue.js';
import { etagOf, expectedTag, requireTag } from './preconditions.js';
import { API, listOf, object, objectOf, text } from './schemas.js';

/** Where one kind of code is kept, and how a change of it reaches the workers. */
export interface CodeShelf {
  /** `script` */
  readonly kind: 'script' | 'library';
  /** `scripts` */
  readonly plural: 'scripts' | 'libraries';
  names(): Promise<string[]>;
  /** @throws CamServerError when there is none */
  read(name: string): Promise<StoredFile>;
  store(name: string, content: Buffer): Promise<void>;
  delete(name: string): Promise<void>;
}

const query = { cluster: { description: 'pipelines or cameras; default: of this server' } };

export function codeRoutes(shelf: CodeShelf, catalogue: ConfigurationCatalogue): Route[] {
  const tag = shelf.plural;
  const base = `${API}/${shelf.plural}`;
  const one = `${base}/{file_name}` as const;
  const tagOfFile = async (name: string): Promise<string | null> => {
    try {
      const file = await shelf.read(name);
      return file.name === name ? digestOf(file.content) : null;
    } catch (error) {
      if (error instanceof CamServerError) return null;
      throw error;
    }
  };
  return [
    defineRoute({
      method: 'GET',
      path: base,
      tag,
      summary: `The ${shelf.plural}, with the configurations that name them`,
      query,
      response: { kind: 'json', schema: objectOf({ [shelf.plural]: listOf(object) }) },
      examples: {
        answer: {
          [shelf.plural]: [{ name: 'my_function.py', size: 812, etag: '5c1f0a', used_by: ['a_sp'] }],
        },
      },
      handler: async () => {
        const users = await catalogue.usersOfCode();
        const files = await Promise.all(
          (await shelf.names()).map(async (name) => {
            const { content } = await shelf.read(name);
            return { name, size: content.length, etag: digestOf(content), used_by: users(name) };
          }),
        );
        return jsonAnswer({ [shelf.plural]: files });
      },
    }),
    defineRoute({
      method: 'GET',
      path: one,
      tag,
      summary: `The bytes of a ${shelf.kind}, with its tag`,
      query,
      response: { kind: 'text' },
      handler: async ({ parameters: { file_name } }) => {
        const { name, content } = await shelf.read(file_name);
        return new RawAnswer('application/octet-stream', content, 200, {
          ETag: etagOf(digestOf(content)),
          'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        });
      },
    }),
    defineRoute({
      method: 'PUT',
      path: one,
      tag,
      summary: `Stores a ${shelf.kind}: with If-Match a changed one, with If-None-Match: * a new one`,
      action: `${shelf.kind}.save`,
      role: 'admin',
      query,
      body: { kind: 'bytes', what: shelf.kind, limit: 'code' },
      response: { kind: 'json', schema: objectOf({ name: text, etag: text }) },
      examples: { answer: { name: 'my_function.py', etag: '5c1f0a' } },
      handler: async (request) => {
        const { file_name: name } = request.parameters;
        const before = await tagOfFile(name);
        requireTag(expectedTag(request), before, `The ${shelf.kind} '${name}'`);
        await shelf.store(name, request.body);
        const etag = digestOf(request.body);
        const answer = jsonAnswer({ name, etag }, before === null ? 201 : 200);
        return new RawAnswer(answer.contentType, answer.body, answer.status, { ETag: etagOf(etag) });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      tag,
      summary: `Deletes a ${shelf.kind}`,
      action: `${shelf.kind}.delete`,
      role: 'admin',
      query,
      response: { kind: 'json', schema: objectOf({ deleted: text }) },
      handler: async (request) => {
        const { file_name: name } = request.parameters;
        const before = await tagOfFile(name);
        if (before === null) await shelf.read(name);
        requireTag(expectedTag(request), before, `The ${shelf.kind} '${name}'`);
        await shelf.delete(name);
        return jsonAnswer({ deleted: name });
      },
    }),
  ];
}
