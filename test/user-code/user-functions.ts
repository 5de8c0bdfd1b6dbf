/** Users' functions of streams and messages, loaded from a folder of their own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/common/json.js';
import { findFunctionFile } from '../../src/user-code/files.js';
import { openUserFunction } from '../../src/user-code/open.js';
import type { UserFunction } from '../../src/user-code/types.js';
import { PYTHON } from './support.js';

export interface LoadOptions {
  readonly kind?: 'stream' | 'custom';
  readonly parallel?: number;
  readonly python?: string;
}

export interface UserFunctions {
  /** Of the scripts; its folder `lib` is there. */
  readonly folder: string;
  /** What the function of the running test has logged, with the level in front. */
  readonly lines: string[];
  /** Loads a script of the folder; it is closed after the test. */
  open(name: string, parameters?: JsonObject, options?: LoadOptions): Promise<UserFunction>;
  /** Writes the script and loads it. */
  load(name: string, text: string, parameters?: JsonObject, options?: LoadOptions): Promise<UserFunction>;
  /** Ends the function before the end of the test. */
  close(): Promise<void>;
}

/** Makes the folder before the suite, and removes it afterwards. */
export function userFunctions(): UserFunctions {
  let folder: string;
  let opened: UserFunction | null = null;
  const lines: string[] = [];
  const note = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = {
    debug: note('DEBUG'),
    info: note('INFO'),
    warning: note('WARNING'),
    error: note('ERROR'),
  };

  async function close(): Promise<void> {
    await opened?.close(0);
    opened = null;
  }

  async function open(
    name: string,
    parameters: JsonObject = {},
    { kind = 'stream', parallel = 1, python = PYTHON }: LoadOptions = {},
  ): Promise<UserFunction> {
    const file = (await findFunctionFile(name, folder))!;
    opened = await openUserFunction({ file, kind, scriptFolder: folder, parallel, parameters, python, log });
    return opened;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'camserver-functions-'));
    await mkdir(join(folder, 'lib'));
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterEach(close);

  after(() => rm(folder, { recursive: true }));

  return {
    get folder() {
      return folder;
    },
    lines,
    close,
    open,
    async load(name, text, parameters, options) {
      await writeFile(join(folder, name), text);
      return open(name, parameters, options);
    },
  };
}
