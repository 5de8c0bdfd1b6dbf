/**
 * The functions of pipelines without images: users' own, and built-in ones behind the same interface.
 */
import type { JsonObject } from '../../common/json.js';
import type { InstanceLog } from '../../instances/types.js';
import { findFunctionFile } from '../../user-code/files.js';
import { openUserFunction } from '../../user-code/open.js';
import type { UserFunction } from '../../user-code/types.js';
import { CUSTOM_FUNCTIONS } from './custom-functions.js';
import { unknownFunction } from './registry.js';
import { STREAM_FUNCTIONS } from './stream-functions.js';

export interface MessageFunctionOptions {
  readonly kind: 'stream' | 'custom';
  /** The value of `function`. */
  readonly name: string;
  readonly parameters: JsonObject;
  /** Folder of the users' scripts. */
  readonly scriptFolder: string;
  /** Interpreter of Python functions, or the folder of a virtual environment; null: `python3` of the search path. */
  readonly python: string | null;
  /** Calls that may be under way at the same time. */
  readonly parallel: number;
  readonly log: InstanceLog;
}

export interface MessageFunction extends UserFunction {
  /** Results hold the values that were given, so these must stay valid until they are sent. */
  readonly keepsValues: boolean;
}

/**
 * Loads a function: a script of that name before a built-in function.
 * @throws CamServerError when there is none of that name and kind; UserCodeError when the script cannot be loaded
 */
export async function openMessageFunction(options: MessageFunctionOptions): Promise<MessageFunction> {
  const file = await findFunctionFile(options.name, options.scriptFolder);
  if (file === null) return openBuiltIn(options);
  const opened = await openUserFunction({ ...options, file });
  return {
    parallel: opened.parallel,
    keepsValues: false,
    process: (call) => opened.process(call),
    generate: (first) => opened.generate(first),
    configure: (parameters, reload) => opened.configure(parameters, reload),
    close: (patience) => opened.close(patience),
  };
}

function openBuiltIn({ kind, name, ...options }: MessageFunctionOptions): MessageFunction {
  const stream = kind === 'stream' ? STREAM_FUNCTIONS.get(name) : undefined;
  const custom = kind === 'custom' ? CUSTOM_FUNCTIONS.get(name) : undefined;
  if (stream === undefined && custom === undefined) throw unknownFunction(name);
  let { parameters } = options;
  return {
    parallel: options.parallel,
    keepsValues: true,
    process: async ({ values }) => stream!(values, parameters),
    generate: async (first) => custom!(first),
    async configure(changed) {
      parameters = changed;
    },
    async close() {},
  };
}
