/** Compiles samples against the interfaces and headers that users' programs get, without making anything of them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/common/package.js';
import type { Sample } from './samples.js';

const OPTIONS = {
  compilerOptions: {
    ...{
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    },
  },
};

/** What the compilers say, each line with the page and the line in the sample; empty when all is well. */
export function compileFaults(samples: readonly Sample[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'camserver-compile-'));
  try {
    return [...typescriptFaults(samples, folder), ...samples.flatMap((sample) => cFaults(sample))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function typescriptFaults(samples: readonly Sample[], folder: string): string[] {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(packageRoot, join(modules, 'camserver'));
  symlinkSync(join(packageRoot, 'node_modules', '@types'), join(modules, '@types'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(OPTIONS));
  for (const { page, line, language, text } of samples) {
    const name = `${page.replaceAll(/\W/g, '-')}-${line}`;
    if (language === 'ts') writeFileSync(join(folder, `${name}.ts`), `${text}\nexport {};\n`);
    if (language === 'json') writeFileSync(join(folder, `${name}.ts`), typed(text));
  }
  const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  return status === 0 ? [] : stdout.trim().split('\n');
}

/** An answer of version 2 as a value of the type of its records. */
function typed(json: string): string {
  const records = join(packageRoot, 'dist/src/proxy/v2/records.js');
  const keys = Object.keys(JSON.parse(json) as object);
  const type = keys.includes('stream_address')
    ? 'InstanceRecord'
    : keys.includes('next_attempt')
      ? 'PermanentRecord'
      : 'WorkerRecord';
  return `import type { ${type} } from '${records}';\nexport const record: ${type} = ${json};\n`;
}

function cFaults({ page, line, language, text }: Sample): string[] {
  if (language !== 'c') return [];
  const headers = join(packageRoot, 'native', 'function');
  const parameters = [
    '-x',
    'c',
    '-std=c11',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-fsyntax-only',
    '-I',
    headers,
    '-',
  ];
  const { status, stderr } = spawnSync('gcc', parameters, {
    input: `#include <stdint.h>\n${text}`,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${page}, line ${line}: ${stderr}`];
}
