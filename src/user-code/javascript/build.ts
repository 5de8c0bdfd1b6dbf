/**
 * Makes one module of a script and the libraries that it imports: types are stripped, libraries are taken from `lib`, and a
 * changed file gives another module, so that it can be loaded beside the old one.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, BuildOptions, Message, Plugin } from 'esbuild';
import { packageRoot } from '../../common/package.js';
import { cachedFile, cacheFolder, contentHash } from '../cache.js';
import type { Diagnostic } from '../diagnostic.js';
import { UserCodeError } from '../error.js';

/** A script that threads can import. */
export interface ScriptModule {
  /** File name, for messages. */
  readonly name: string;
  /** Folder of the scripts, by which lines of stack traces are told from ours. */
  readonly folder: string;
  /** URL of a module. */
  readonly url: string;
}

/**
 * @param path of the script
 * @param folder of the scripts
 * @throws UserCodeError with file and line when the script or a library cannot be parsed or found
 */
export async function buildScript(path: string, folder: string): Promise<ScriptModule> {
  const { code } = await bundle(path, folder);
  const file = await cachedFile(`${basename(path)}-${contentHash(code)}.mjs`, (target) =>
    writeFile(target, code),
  );
  return { name: basename(path), folder, url: pathToFileURL(file).href };
}

/** What is wrong with a script that need not be stored; its imports are not looked at. */
export async function checkScript(name: string, text: string): Promise<Diagnostic[]> {
  const { build, stop } = await import('esbuild');
  try {
    const { warnings, metafile } = await build({
      stdin: { contents: text, sourcefile: name, loader: name.endsWith('.ts') ? 'ts' : 'js' },
      metafile: true,
      write: false,
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
    });
    const found = warnings.map((message) => diagnosticOf(message, 'warning'));
    const [output] = Object.values(metafile.outputs);
    if (output!.exports.length > 0) return found;
    const message = "nothing is exported; a pipeline looks for 'processImage', 'process' or 'custom'";
    return [...found, { severity: 'warning', line: null, column: null, message }];
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return error.errors.map((message) => diagnosticOf(message, 'error'));
  } finally {
    await stop();
  }
}

async function bundle(path: string, folder: string): Promise<{ code: Uint8Array }> {
  const { build, stop } = await import('esbuild');
  const options: BuildOptions & { write: false } = {
    entryPoints: [path],
    absWorkingDir: folder,
    outdir: await cacheFolder(),
    nodePaths: [join(folder, 'lib')],
    plugins: [ownPackage],
    banner: { js: REQUIRE },
    define: {
      'import.meta.dirname': JSON.stringify(folder),
      'import.meta.filename': JSON.stringify(path),
      'import.meta.url': JSON.stringify(pathToFileURL(path).href),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
  };
  try {
    const { outputFiles } = await build(options);
    return { code: outputFiles[0]!.contents };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new UserCodeError('load', error.errors.map(messageText).join('; '));
  } finally {
    await stop();
  }
}

/** Libraries in the older module format call `require`, which modules do not have. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** `camserver/processing` and the other exports are those of this very installation. */
const ownPackage: Plugin = {
  name: 'camserver',
  setup({ onResolve }) {
    const { exports } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      exports: Record<string, string>;
    };
    onResolve({ filter: /^camserver\// }, ({ path }) => {
      const file = exports[path.replace('camserver', '.')];
      if (file !== undefined) return { path: pathToFileURL(join(packageRoot, file)).href, external: true };
      return { errors: [{ text: `There is no '${path}'; there are ${Object.keys(exports).join(', ')}` }] };
    });
  },
};

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function diagnosticOf({ text, location }: Message, severity: Diagnostic['severity']): Diagnostic {
  const { line = null, column = null } = location ?? {};
  return { severity, line, column: column === null ? null : column + 1, message: text };
}

function messageText({ text, location }: Message): string {
  return location === null ? text : `${location.file} line ${location.line}: ${text}`;
}
