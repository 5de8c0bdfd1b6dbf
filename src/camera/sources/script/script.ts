/**
 * `script`: a camera that a user wrote. Its code runs in the process of the instance, or in one that belongs to it.
 */
import { CamServerError, errorText } from '../../../common/errors.js';
import { findFunctionFile } from '../../../user-code/files.js';
import type { FunctionFile } from '../../../user-code/types.js';
import type { Size } from '../../geometry.js';
import { type FrameReader, pollingSource, type ReaderContext } from '../polling/polling.js';
import type { SourceDefinition, SourceFrame } from '../source.js';
import { ClassReader } from './class-reader.js';
import { custom_source } from './custom-source.js';
import { loadCustomCamera } from './load.js';
import { PythonReader } from './python-reader.js';

export const script: SourceDefinition = {
  ...pollingSource(() => new ScriptReader()),
  readImage: async ({ name }) => {
    const text = `Camera ${name} is a script, which runs only in its instance; start the camera to see its images.`;
    throw new CamServerError('NO_IMAGE', text);
  },
};

/** Finds the script that `class` names, and reads it as its language wants. */
class ScriptReader implements FrameReader {
  private reader: FrameReader | null = null;

  async open(context: ReaderContext, stop: AbortSignal): Promise<Size | null> {
    const { scriptClass: name } = context.settings.reader;
    try {
      this.reader = await openReader(name, context);
    } catch (error) {
      context.log.error(`Could not import function: ${name}.`);
      context.log.error(errorText(error));
      throw new CamServerError('INVALID_CUSTOM_SOURCE', 'Invalid custom source', { cause: error });
    }
    return this.reader.open(context, stop);
  }

  read(context: ReaderContext, stop: AbortSignal): Promise<SourceFrame | null> {
    return this.reader!.read(context, stop);
  }

  close(): void {
    this.reader?.close();
  }
}

/** A path when the name contains a slash, else a stored script, else the example `custom_source`. */
async function openReader(name: string, context: ReaderContext): Promise<FrameReader> {
  const { scriptFolder } = context.settings.reader;
  const file = name === '' ? null : await findFunctionFile(name, scriptFolder);
  if (file === null && name === custom_source.name) {
    return ClassReader.open(async () => ({ CameraClass: custom_source, module: null }), context);
  }
  if (file === null) throw new Error(`there is no such script in ${scriptFolder}`);
  return readerOf(file, context);
}

function readerOf(file: FunctionFile, context: ReaderContext): Promise<FrameReader> {
  switch (file.language) {
    case 'python':
      return PythonReader.open(file, context);
    case 'javascript':
      return ClassReader.open(
        () => loadCustomCamera(file.path, context.settings.reader.scriptFolder),
        context,
      );
    case 'c':
      throw new Error(`${file.name}: a camera is written in JavaScript, TypeScript or Python`);
  }
}
