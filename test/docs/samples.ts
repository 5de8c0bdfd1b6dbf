/** The samples of code in the documentation, as they stand there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/common/package.js';

/** Every page, as a path from the root. */
export const pages: readonly string[] = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(packageRoot, folder)).map((name) => `${folder}/${name}`),
  ),
].filter((path) => path.endsWith('.md'));

export function readPage(page: string): string {
  return readFileSync(join(packageRoot, page), 'utf8');
}

export interface Sample {
  readonly page: string;
  /** Of the fence, counted from 1. */
  readonly line: number;
  /** What stands after the fence: `bash`, `json`, …; empty for pictures and output. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page; those inside lists lose the indentation of their fence. */
export function samplesOf(page: string): Sample[] {
  const samples: Sample[] = [];
  let open: { line: number; indentation: string; language: string; text: string[] } | null = null;
  for (const [index, line] of readPage(page).split('\n').entries()) {
    const fence = /^( *)```(\w*)$/.exec(line);
    if (fence === null)
      open?.text.push(line.startsWith(open.indentation) ? line.slice(open.indentation.length) : line);
    else if (open === null) open = { line: index + 1, indentation: fence[1]!, language: fence[2]!, text: [] };
    else {
      samples.push({ page, line: open.line, language: open.language, text: open.text.join('\n') });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${page}, line ${open.line}: the block does not end`);
  return samples;
}
