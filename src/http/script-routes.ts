/**
 * Users' scripts: the routes that the camera and the pipeline family have in common (`rest-api.md` 4.14, 5.22).
 */
import { defineRoute, type JsonSchema, type Route } from './route.js';

export interface ScriptManagement {
  scripts(): Promise<string[]>;
  /** The file that a name stands for, with its name and bytes. */
  script(name: string): Promise<{ readonly name: string; readonly content: Buffer }>;
  storeScript(name: string, content: Buffer): Promise<void>;
  deleteScript(name: string): Promise<void>;
}

const text: JsonSchema = { type: 'string' };

/** @param base `/api/v1/cam` or `/api/v1/pipeline` */
export function scriptRoutes(base: string, management: ScriptManagement): Route[] {
  const tag = 'scripts';
  const path = `${base}/script/{script_name}/script_bytes` as const;
  return [
    defineRoute({
      method: 'GET',
      path: `${base}/script`,
      tag,
      summary: 'Names of the scripts',
      response: { kind: 'envelope', payload: { scripts: { type: 'array', items: text } } },
      handler: async () => ({ status: 'List of scripts.', scripts: await management.scripts() }),
    }),
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'A script as text; a compiled one in base64',
      response: { kind: 'envelope', payload: { script: text } },
      handler: async ({ parameters: { script_name } }) => {
        const { name, content } = await management.script(script_name);
        const script = name.endsWith('.so') ? content.toString('base64') : content.toString('utf8');
        return { status: `Script file '${script_name}'.`, script };
      },
    }),
    defineRoute({
      method: 'PUT',
      path,
      action: 'script.save',
      role: 'admin',
      tag,
      summary: 'Stores a script',
      body: { kind: 'bytes', what: 'script', limit: 'code' },
      handler: async ({ parameters: { script_name }, body }) => {
        await management.storeScript(script_name, body);
        return { status: `Script file ${script_name} stored.` };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      action: 'script.delete',
      role: 'admin',
      tag,
      summary: 'Deletes a script',
      handler: async ({ parameters: { script_name } }) => {
        await management.deleteScript(script_name);
        return { status: `Script ${script_name} configuration deleted.` };
      },
    }),
  ];
}
