/** What becomes of each file of a configuration folder of the Python CamServer. Nothing is changed. */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errorText } from '../common/errors.js';
import { nameFault } from '../common/names.js';
import { parseNpy } from '../common/npy.js';
import { checkSite, type FileFinding, type SiteFolders } from '../proxy/v2/folder-checks.js';

/**
 * `unchanged`: works as before; `differs`: works, but something is not as before; `unknown`: is left alone, or parts of it have
 * no effect; `refused`: cannot be used as it is.
 */
export const verdicts = ['unchanged', 'differs', 'unknown', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

export interface FileVerdict {
  readonly file: string;
  readonly verdict: Verdict;
  /** Why; empty when the file is taken unchanged. */
  readonly notes: readonly string[];
}

/** Files that an editor or the new CamServer itself puts there. */
const OWN = /^(?:\.|state$)/;
/** The original keeps what it edits at run time beside the configurations, and lists neither. */
const BOOKKEEPING = /_(?:parameters|background)\.json$/;

const OWN_PROCESS = 'runs in a process of its own, with limits of time and memory (docs/user-functions.md)';
const COMPILED = 'compiled from C when it is first used; a compiler is needed on the worker';

/** @param python interpreter that will run the scripts, to find packages that it lacks */
export async function migrationReport(folders: SiteFolders, python: string): Promise<FileVerdict[]> {
  const { findings } = await checkSite(folders);
  const report: FileVerdict[] = [];
  for (const folder of [folders.cameras, folders.pipelines]) {
    for (const file of await filesOf(folder)) report.push(ofConfiguration(file, findings));
  }
  for (const file of await filesOf(folders.backgrounds)) report.push(await ofBackground(file));
  const scripts = await filesOf(folders.scripts);
  const libraries = folders.scripts === null ? [] : await filesOf(join(folders.scripts, 'lib'));
  const missing = await missingModules([...scripts, ...libraries], python);
  for (const file of [...scripts, ...libraries]) report.push(ofScript(file, missing.get(file.path) ?? []));
  return report;
}

interface NamedFile {
  readonly name: string;
  readonly path: string;
}

async function filesOf(folder: string | null): Promise<NamedFile[]> {
  if (folder === null) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !OWN.test(entry.name))
    .map(({ name }) => ({ name, path: join(folder, name) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

function ofConfiguration({ name, path }: NamedFile, findings: readonly FileFinding[]): FileVerdict {
  if (!name.endsWith('.json')) return verdict(path, 'unknown', ['is no configuration; it is left alone']);
  if (BOOKKEEPING.test(name))
    return verdict(path, 'unknown', ['bookkeeping of the old system; it is not read']);
  const own = findings.filter(({ file }) => file === path);
  const notes = own.map(({ path: key, line, message }) => {
    const place = [line === null ? '' : `line ${line}`, key].filter((part) => part !== '').join(', ');
    return place === '' ? message : `${place}: ${message}`;
  });
  if (own.some(({ severity }) => severity === 'error')) return verdict(path, 'refused', notes);
  if (name === 'permanent_instances.json') notes.push(...permanentNotes(own));
  if (own.length > 0)
    return verdict(path, name === 'permanent_instances.json' ? 'differs' : 'unknown', notes);
  return verdict(path, 'unchanged', []);
}

function permanentNotes(findings: readonly FileFinding[]): string[] {
  return findings.length === 0
    ? []
    : ['entries without configuration are kept and shown; they were dropped before'];
}

async function ofBackground({ name, path }: NamedFile): Promise<FileVerdict> {
  if (extname(name) !== '.npy') return verdict(path, 'unknown', ['is no .npy file; it is left alone']);
  try {
    const { shape } = parseNpy(await readFile(path));
    if (shape.length === 2) return verdict(path, 'unchanged', []);
    return verdict(path, 'refused', [`has the shape (${shape.join(', ')}); a background has two dimensions`]);
  } catch (error) {
    return verdict(path, 'refused', [errorText(error)]);
  }
}

function ofScript({ name, path }: NamedFile, missing: readonly string[]): FileVerdict {
  const fault = nameFault(name);
  if (fault !== null) return verdict(path, 'refused', [`the name cannot be used: ${fault}`]);
  const lacks = missing.map(
    (module) => `imports '${module}', which the interpreter does not have; install it there`,
  );
  if (lacks.length > 0) return verdict(path, 'refused', lacks);
  switch (extname(name)) {
    case '.py':
      return verdict(path, 'differs', [OWN_PROCESS]);
    case '.c':
      return verdict(path, 'differs', [COMPILED]);
    case '.js':
    case '.ts':
      return verdict(path, 'unchanged', []);
    default:
      return verdict(path, 'unknown', ['is no script; it is left alone']);
  }
}

/** Modules by file that the interpreter cannot find; names of other scripts and of the host's own packages are there. */
async function missingModules(files: readonly NamedFile[], python: string): Promise<Map<string, string[]>> {
  const wanted = new Map<string, string[]>();
  const present = new Set(['cam_server', ...files.map(({ name }) => name.replace(/\.\w+$/, ''))]);
  for (const { name, path } of files) {
    if (!name.endsWith('.py')) continue;
    const text = await readFile(path, 'utf8');
    const found = [...text.matchAll(/^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)/gm)].map(
      ([, module]) => module!,
    );
    wanted.set(
      path,
      [...new Set(found)].filter((module) => !present.has(module)),
    );
  }
  const program =
    'import importlib.util, sys; print("\\n".join(m for m in sys.argv[1:] if importlib.util.find_spec(m) is None))';
  const modules = [...new Set([...wanted.values()].flat())];
  const result = spawnSync(python, ['-c', program, ...modules], { encoding: 'utf8', timeout: 30_000 });
  if (result.status !== 0)
    throw new Error(`The interpreter '${python}' cannot be run; --python names another one.`);
  const absent = new Set(result.stdout.split('\n').filter((line) => line !== ''));
  return new Map([...wanted].map(([path, found]) => [path, found.filter((module) => absent.has(module))]));
}

function verdict(file: string, kind: Verdict, notes: readonly string[]): FileVerdict {
  return { file, verdict: kind, notes };
}
