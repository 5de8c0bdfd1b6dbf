/** Makes libraries of users' C functions, and the program that runs them; each content is compiled once. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from '../../common/package.js';
import { cachedFile, contentHash } from '../cache.js';
import type { HostCommand } from '../host/host-process.js';
import { compile } from './compiler.js';

/** Header, and source of the host. */
const OWN_SOURCES = join(packageRoot, 'native', 'function');

const FLAGS = ['-std=gnu11', '-O2', '-g', '-Wall'];

/** Which interface a file was written for: ours (`camserver_function.h`), or the C interface of Python. */
export type CInterface = 'camserver' | 'python';

/** @param content of a source or of a compiled library */
export function interfaceOf(content: Buffer): CInterface {
  return content.includes('camserver_process') ? 'camserver' : 'python';
}

/**
 * Compiles a function.
 * @param folder of the scripts; headers are found there and in its folder `lib`
 * @returns the path of the library
 * @throws UserCodeError with the compiler's message
 */
export async function compileFunction(path: string, folder: string): Promise<string> {
  const places = [OWN_SOURCES, dirname(path), folder, join(folder, 'lib')];
  const parameters = [...FLAGS, ...places.map((place) => `-I${place}`)];
  // The preprocessed text tells whether any header has changed.
  const text = await compile([...parameters, '-E', path]);
  const name = basename(path, '.c');
  return cachedFile(`${name}-${contentHash(text)}.so`, async (target) => {
    await compile([...parameters, '-shared', '-fPIC', '-o', target, path, '-lm']);
  });
}

/** Checks the syntax of a function that need not be stored. @throws UserCodeError as `compileFunction` */
export async function checkFunction(path: string, folder: string): Promise<void> {
  await compile([
    ...FLAGS,
    `-I${OWN_SOURCES}`,
    `-I${folder}`,
    `-I${join(folder, 'lib')}`,
    '-fsyntax-only',
    path,
  ]);
}

/** How to start the program that runs C functions. @throws UserCodeError when it cannot be compiled */
export async function hostCommand(): Promise<HostCommand> {
  const files = (await readdir(OWN_SOURCES)).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(OWN_SOURCES, file))));
  const sources = files.filter((file) => file.endsWith('.c')).map((file) => join(OWN_SOURCES, file));
  const executable = await cachedFile(`function-host-${contentHash(...contents)}`, async (target) => {
    await compile([...FLAGS, '-rdynamic', '-o', target, ...sources, '-ldl', '-lpthread', '-lm']);
  });
  return { executable, parameters: [], environment: {}, canBeInterrupted: false };
}
