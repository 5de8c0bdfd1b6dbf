/** The system's C compiler. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Diagnostic } from '../diagnostic.js';
import { UserCodeError } from '../error.js';
import { runTool } from '../tool.js';

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
export async function compile(parameters: readonly string[]): Promise<Uint8Array> {
  const { stdout, stderr, failure } = await runTool({
    executable: compilerPath(),
    parameters,
    environment: { ...process.env },
    input: '',
    timeout: TIME_LIMIT,
    longestOutput: LONGEST_OUTPUT,
  });
  if (failure === null) return stdout;
  if (failure.late) throw new UserCodeError('load', `the compiler did not end within ${TIME_LIMIT} s`);
  throw compilerError(stderr, failure.message);
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

function compilerError(output: string, reason: string): UserCodeError {
  const first = parseMessages(output).find(({ severity }) => severity === 'error');
  if (first === undefined) return new UserCodeError('load', output.trim().split('\n')[0] || reason, output);
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
