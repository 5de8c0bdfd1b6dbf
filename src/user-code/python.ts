/** How to start Python for users' functions. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../common/package.js';
import { UserCodeError } from './error.js';
import type { HostCommand } from './host/host-process.js';

/**
 * @param python an interpreter, or the folder of a virtual environment; null: `python3` of the search path
 * @throws UserCodeError when there is no interpreter; the text says what to install
 */
export function pythonCommand(python: string | null): HostCommand {
  const { PYTHONPATH } = process.env;
  const ownModules = join(packageRoot, 'python');
  return {
    executable: interpreter(python),
    parameters: ['-u', '-m', 'camserver_host'],
    environment: { PYTHONPATH: PYTHONPATH ? `${ownModules}:${PYTHONPATH}` : ownModules },
    canBeInterrupted: true,
  };
}

/** The path of the interpreter. @throws UserCodeError */
export function interpreter(python: string | null): string {
  if (python?.includes('/')) {
    const path = isFolder(python) ? join(python, 'bin', 'python3') : python;
    if (existsSync(path)) return path;
    throw new UserCodeError('load', `there is no Python interpreter ${path}; the option --python names it`);
  }
  const name = python ?? 'python3';
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UserCodeError(
    'load',
    `Python functions need ${name}, which is not installed: install the packages python3 and python3-numpy, or name an interpreter with the option --python`,
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
