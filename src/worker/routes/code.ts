/** Scripts of users and libraries that they import. */
import { defineRoute, type JsonSchema, type Route, scriptRoutes } from '../../http/index.js';
import type { StoredFile } from '../../storage/index.js';
import type { PipelineService } from '../service.js';

const text: JsonSchema = { type: 'string' };
const names: JsonSchema = { type: 'array', items: text };

export function codeRoutes(base: string, service: PipelineService): Route[] {
  return [...scriptRoutes(base, service), ...libraryRoutes(base, service)];
}

function libraryRoutes(base: string, service: PipelineService): Route[] {
  const tag = 'libraries';
  const path = `${base}/lib/{library_name}/lib_bytes` as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/lib`,
      tag,
      summary: 'Names of the libraries',
      response: { kind: 'envelope', payload: { libs: names } },
      handler: async () => ({ status: 'List of libraries.', libs: await service.libraries() }),
    }),
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'A library, as text or in base64, which `base64` tells',
      response: { kind: 'envelope', payload: { base64: { type: 'boolean' }, lib: text } },
      handler: async ({ parameters: { library_name } }) => ({
        status: `Lib file '${library_name}'.`,
        ...libraryContent(await service.library(library_name)),
      }),
    }),
    defineRoute({
      method: 'PUT',
      path,
      action: 'library.save',
      role: 'admin',
      tag,
      summary: 'Stores a library',
      body: { kind: 'bytes', what: 'library', limit: 'code' },
      handler: async ({ parameters: { library_name }, body }) => {
        await service.storeLibrary(library_name, body);
        return { status: `Lib file ${library_name} stored.` };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      action: 'library.delete',
      role: 'admin',
      tag,
      summary: 'Deletes a library',
      handler: async ({ parameters: { library_name } }) => {
        await service.deleteLibrary(library_name);
        return { status: `Lib ${library_name} configuration deleted.` };
      },
    }),
  ];
}

/** The extension decides, not the content, because clients decode by it. */
function libraryContent({ name, content }: StoredFile): { base64: boolean; lib: string } {
  const isText = /\.(py|c|txt|csv)$/.test(name);
  return { base64: !isText, lib: content.toString(isText ? 'utf8' : 'base64') };
}
