/** Loads the class of a user's camera in JavaScript or TypeScript. */
import { basename, extname } from 'node:path';
import { buildScript, type ScriptModule } from '../../../user-code/javascript/build.js';
import { userError } from '../../../user-code/javascript/trace.js';
import { CustomCamera } from './custom-camera.js';

export type CustomCameraClass = new (
  ...parameters: ConstructorParameters<typeof CustomCamera>
) => CustomCamera;

export interface LoadedCamera {
  readonly CameraClass: CustomCameraClass;
  /** For the lines of errors; null: the class is ours. */
  readonly module: ScriptModule | null;
}

/**
 * Class and file have the same name; a default export will do as well.
 * @param folder of the stored scripts
 * @throws Error saying what is wrong with the file
 */
export async function loadCustomCamera(path: string, folder: string): Promise<LoadedCamera> {
  const name = basename(path, extname(path));
  const script = await buildScript(path, folder);
  const module = await importModule(script);
  const found = module[name] ?? module.default;
  if (typeof found === 'function' && found.prototype instanceof CustomCamera)
    return { CameraClass: found as CustomCameraClass, module: script };
  throw new Error(
    `${basename(path)} exports no class '${name}' that extends CustomCamera of 'camserver/camera'`,
  );
}

async function importModule(script: ScriptModule): Promise<Record<string, unknown>> {
  process.setSourceMapsEnabled(true);
  try {
    return await import(script.url);
  } catch (error) {
    throw userError(error, script, 'load');
  }
}
