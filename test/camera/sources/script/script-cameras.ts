/** Cameras whose scripts lie in a folder of their own, for tests in any language. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../../src/common/json.js';
import { PYTHON } from '../../../user-code/support.js';
import { type RunningCamera, startCamera } from '../../support.js';

export interface ScriptCameras {
  /** Of the running test. */
  readonly folder: string;
  write(name: string, text: string): void;
  /** Starts a camera; it is stopped after the test. */
  start(config: JsonObject): Promise<RunningCamera>;
  /** The text with which a start fails. */
  failure(config: JsonObject): Promise<string>;
}

/** Makes the folder before each test of the suite, and removes it with the last camera after each. */
export function scriptCameras(): ScriptCameras {
  let folder: string;
  let camera: RunningCamera | null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    camera = null;
  });

  afterEach(async () => {
    await camera?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(config: JsonObject): Promise<RunningCamera> {
    const complete = { source: 'here', source_type: 'script', ...config };
    camera = await startCamera(complete, 'CAM', { scriptFolder: folder, python: PYTHON });
    return camera;
  }

  return {
    get folder() {
      return folder;
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
    start,
    failure: (config) =>
      start(config).then(
        () => 'no error',
        (error: Error) => error.message,
      ),
  };
}
