import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../../src/common/package.js';
import { checkSource } from '../../src/user-code/check.js';
import { scriptTemplates } from '../../src/user-code/templates.js';
import { rejection } from '../instances/support.js';
import { PYTHON } from './support.js';

const options = { folder: '/nowhere', python: PYTHON };

/** `line:column severity message` of what is wrong. */
async function check(name: string, text: string): Promise<string[]> {
  const found = await checkSource(name, text, options);
  return found.map(({ severity, line, column, message }) => `${line}:${column} ${severity} ${message}`);
}

describe('check of a script', () => {
  it('finds faults of JavaScript and TypeScript', async () => {
    expect(await check('a.js', 'export const process = () => ({});')).to.deep.equal([]);
    expect(await check('a.ts', 'export const process = (a: number) => ({ a });')).to.deep.equal([]);
    expect(await check('a.js', 'const a = 1;\nexport const process = (a: number) => a;')).to.deep.equal([
      '2:26 error Expected ")" but found ":"',
    ]);
    expect(await check('a.mjs', 'const a = 1;')).to.deep.equal([
      "null:null warning nothing is exported; a pipeline looks for 'processImage', 'process' or 'custom'",
    ]);
  });

  it('finds faults of Python', async () => {
    expect(await check('a.py', 'def process(data):\n    return data\n')).to.deep.equal([]);
    expect(await check('a.py', 'def process(data):\nreturn data\n')).to.deep.equal([
      '2:1 error expected an indented block after function definition on line 1',
    ]);
    expect(await check('a.py', 'x = 1')).to.deep.equal([
      "null:null warning there is no function 'process_image' or 'process', and no camera class 'a'",
    ]);
  });

  it('finds faults of C, for our interface and for that of Python', async () => {
    const body = (line: string): string =>
      `#include <camserver_function.h>\nint camserver_process(const camserver_call *call, camserver_output *output) {\n  ${line}\n}\n`;
    expect(
      await check('a.c', body('camserver_set_int(output, "a", call->pulse_id); return 0;')),
    ).to.deep.equal([]);
    const [fault, ...others] = await check('a.c', body('return nothing;'));
    expect(fault).to.match(/^3:10 error .nothing. undeclared/);
    expect(others.every((text) => text.includes('warning'))).to.equal(true);
    const python = (line: string): string =>
      `#include "module.c"\nPyObject *process(PyObject *self, PyObject *args) {\n  ${line}\n}\n`;
    expect(await check('b.c', python('return PyDict_New();'))).to.deep.equal([]);
    expect((await check('b.c', python('return nothing;')))[0]).to.match(/^3:10 error .nothing. undeclared/);
  });

  it('refuses what is no script', async () => {
    const fault = await rejection(checkSource('a.txt', '', options));
    expect(fault.message).to.contain("'a.txt' has no ending of a language that can be checked");
  });

  it("finds the templates' types right against the declarations of camserver/processing", async () => {
    const folder = join(packageRoot, 'config', 'user_scripts');
    const files = (await readdir(folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name));
    expect(files).to.have.length.greaterThan(2);
    const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const settings = ['--noEmit', '--ignoreConfig', '--strict', '--module', 'nodenext', '--target', 'es2023'];
    const parameters = [compiler, ...settings, '--skipLibCheck', '--types', 'node', ...files];
    const output = await promisify(execFile)(process.execPath, parameters, { cwd: packageRoot }).catch(
      (error: { stdout: string }) => error,
    );
    expect(output.stdout).to.equal('');
  });

  it('finds nothing wrong in any template', async () => {
    const templates = await scriptTemplates();
    expect(templates.map(({ kind, language }) => `${kind} ${language}`)).to.have.members([
      ...['image', 'stream', 'custom'].flatMap((kind) =>
        ['javascript', 'typescript', 'python', 'c'].map((language) => `${kind} ${language}`),
      ),
      ...[
        'camera javascript',
        'camera typescript',
        'camera python',
        'pipeline typescript',
        'pipeline python',
      ],
    ]);
    for (const { name, text } of templates) expect(await check(name, text), name).to.deep.equal([]);
  });
});
