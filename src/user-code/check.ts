/** Checks the source of a function before anybody runs it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CamServerError } from '../common/errors.js';
import { checkFunction, interfaceOf } from './c/build.js';
import { parseMessages } from './c/compiler.js';
import type { Diagnostic } from './diagnostic.js';
import { UserCodeError } from './error.js';
import { languageOf } from './files.js';
import { checkScript } from './javascript/build.js';
import { pythonCommand } from './python.js';
import { runTool } from './tool.js';

/** Seconds for the interpreter. */
const TIME_LIMIT = 60;
const LONGEST_OUTPUT = 16 * 1024 * 1024;

export interface CheckOptions {
  /** Of the scripts: headers and libraries are found there. */
  readonly folder: string;
  /** Interpreter or virtual environment; null: `python3`. */
  readonly python: string | null;
}

/**
 * @param name with the ending that tells the language
 * @returns what is wrong, in the order of the tool that found it
 * @throws CamServerError when no language has that ending; UserCodeError when the tool for the language is not installed
 */
export async function checkSource(name: string, text: string, options: CheckOptions): Promise<Diagnostic[]> {
  const language = name.endsWith('.so') ? null : languageOf(name);
  switch (language) {
    case 'javascript':
      return checkScript(name, text);
    case 'python':
      return checkInPython(name, text, options);
    case 'c':
      if (interfaceOf(Buffer.from(text)) === 'python') return checkInPython(name, text, options);
      return checkC(name, text, options.folder);
    case null:
      throw new CamServerError(
        'INVALID_NAME',
        `'${name}' has no ending of a language that can be checked: .js, .mjs, .ts, .py, .c`,
      );
  }
}

async function checkC(name: string, text: string, folder: string): Promise<Diagnostic[]> {
  const work = await mkdtemp(join(tmpdir(), 'camserver-check-'));
  try {
    const path = join(work, basename(name));
    await writeFile(path, text);
    await checkFunction(path, folder);
    return [];
  } catch (error) {
    if (!(error instanceof UserCodeError) || error.trace === null) throw error;
    const found = parseMessages(error.trace).map(({ file, ...diagnostic }) =>
      basename(file) === basename(name)
        ? diagnostic
        : { ...diagnostic, line: null, column: null, message: `${basename(file)}: ${diagnostic.message}` },
    );
    return found.length > 0
      ? found
      : [{ severity: 'error', line: null, column: null, message: error.message }];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checkInPython(
  name: string,
  text: string,
  { folder, python }: CheckOptions,
): Promise<Diagnostic[]> {
  const { executable, environment } = pythonCommand(python);
  const { stdout, stderr, failure } = await runTool({
    executable,
    parameters: ['-m', 'camserver_host.check', basename(name), folder],
    environment: { ...process.env, ...environment },
    input: text,
    timeout: TIME_LIMIT,
    longestOutput: LONGEST_OUTPUT,
  });
  if (failure !== null) throw new UserCodeError('load', lastLine(stderr) ?? failure.message);
  return JSON.parse(Buffer.from(stdout).toString('utf8')) as Diagnostic[];
}

function lastLine(text: string): string | null {
  return text.trim().split('\n').at(-1) || null;
}
