/**
 * Finds and loads the class of a user's camera. A file is bundled with what it imports, so that TypeScript works and
 * `camserver/camera` is this program's own module.
 */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { CamServerError, errorText } from '../../../common/errors.js';
import { packageRoot } from '../../../common/package.js';
import type { InstanceLog } from '../../../instances/types.js';
import { ScriptStore } from '../../../storage/index.js';
import { CustomCamera } from './custom-camera.js';
import { custom_source } from './custom-source.js';

export type CustomCameraClass = new (
  ...parameters: ConstructorParameters<typeof CustomCamera>
) => CustomCamera;

/** Compiled at its end, `import 'camserver/camera'` is this file. */
const BASE_MODULE = join(packageRoot, 'dist', 'src', 'camera', 'sources', 'script', 'custom-camera.js');
const EXTENSIONS = ['.js', '.mjs', '.ts'];

/**
 * The class that `name` names: a path when it contains a slash, else a stored script, else the example `custom_source`. Class and
 * file have the same name; a default export will do as well.
 * @param folder of the stored scripts
 * @throws CamServerError `Invalid custom source`; the reason is logged
 */
export async function loadCustomCamera(
  name: string,
  folder: string,
  log: InstanceLog,
): Promise<CustomCameraClass> {
  try {
    const path = name === '' ? null : await findFile(name, folder);
    if (path !== null) return await loadClass(path);
    if (name === custom_source.name) return custom_source;
    throw new Error(`there is no such script in ${folder}`);
  } catch (error) {
    log.error(`Could not import function: ${name}.`);
    log.error(errorText(error));
    throw new CamServerError('INVALID_CUSTOM_SOURCE', 'Invalid custom source', { cause: error });
  }
}

async function findFile(name: string, folder: string): Promise<string | null> {
  if (!name.includes('/')) return new ScriptStore(folder).path(name);
  const path = isAbsolute(name) ? name : resolve(folder, name);
  for (const candidate of [path, ...EXTENSIONS.map((extension) => path + extension)]) {
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    if (isThere && extname(candidate) !== '') return candidate;
  }
  return null;
}

async function loadClass(path: string): Promise<CustomCameraClass> {
  if (!EXTENSIONS.includes(extname(path))) {
    throw new Error(`${basename(path)}: a camera is a file of type ${EXTENSIONS.join(', ')}`);
  }
  const name = basename(path, extname(path));
  const module = await importBundled(path);
  const found = module[name] ?? module.default;
  if (typeof found === 'function' && found.prototype instanceof CustomCamera)
    return found as CustomCameraClass;
  throw new Error(
    `${basename(path)} exports no class '${name}' that extends CustomCamera of 'camserver/camera'`,
  );
}

async function importBundled(path: string): Promise<Record<string, unknown>> {
  const { build, stop } = await import('esbuild');
  const folder = await mkdtemp(join(tmpdir(), 'camserver-source-'));
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      outfile: join(folder, 'camera.mjs'),
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      plugins: [ownModule],
    });
    const file = join(folder, 'camera.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    return await import(pathToFileURL(file).href);
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const ownModule: Plugin = {
  name: 'camserver',
  setup({ onResolve }) {
    onResolve({ filter: /^camserver\/camera$/ }, () => ({
      path: pathToFileURL(BASE_MODULE).href,
      external: true,
    }));
  },
};
