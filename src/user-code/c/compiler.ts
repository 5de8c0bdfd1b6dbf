/** The system's C compiler. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Diagnostic } from '../diagnostic.js';
import { UserCodeError } from '../error.js';

/** Seconds that one file may take. */
const TIME_LIMIT = 120;
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** `file.c:12:5: error: ...`; the compiler's notes and the lines that it quotes are left out. */
const MESSAGE = /^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning): (.*)$/;

/**
 * Runs the compiler.
 * @returns its standard output
 * @throws UserCodeError with file, line and message of the first error, and everything that it said as trace
 */
export function compile(parameters: readonly string[]): Promise<Buffer> {
  const options = { timeout: 1000 * TIME_LIMIT, maxBuffer: LONGEST_OUTPUT, encoding: 'buffer' as const };
  return new Promise((resolve, reject) => {
    execFile(compilerPath(), parameters, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.killed)
        reject(new UserCodeError('load', `the compiler did not end within ${TIME_LIMIT} s`));
      else reject(compilerError(stderr.toString('utf8')));
    });
  });
}

/** What the compiler said, by file and line. */
export function parseMessages(output: string): (Diagnostic & { readonly file: string })[] {
  return output.split('\n').flatMap((text) => {
    const match = MESSAGE.exec(text);
    if (match === null) return [];
    const [, file, line, column, kind, message] = match;
    return {
      file: file!,
      severity: kind === 'warning' ? ('warning' as const) : ('error' as const),
      line: Number(line),
      column: column === undefined ? null : Number(column),
      message: message!,
    };
  });
}

function compilerError(output: string): UserCodeError {
  const first = parseMessages(output).find(({ severity }) => severity === 'error');
  if (first === undefined)
    return new UserCodeError('load', output.trim().split('\n')[0] ?? 'the compiler failed', output);
  return new UserCodeError('load', `${basename(first.file)} line ${first.line}: ${first.message}`, output);
}

function compilerPath(): string {
  const { CC, PATH = '' } = process.env;
  const names = CC ? [CC] : ['cc', 'gcc', 'clang'];
  for (const name of names) {
    if (name.includes('/')) return name;
    const found = PATH.split(':').find((folder) => folder !== '' && existsSync(join(folder, name)));
    if (found !== undefined) return join(found, name);
  }
  throw new UserCodeError(
    'load',
    'C functions need a compiler, which is not installed: install the package gcc, or name one in the environment variable CC',
  );
}
