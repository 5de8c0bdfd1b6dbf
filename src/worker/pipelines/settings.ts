/**
 * Everything that one configuration means for the frames that are received under it. Each frame keeps the settings of its
 * moment, so an update between two frames never touches one that is under way.
 */
import { formatJson, type JsonObject } from '../../common/json.js';
import { isTruthy, numberOf } from '../../common/leniency.js';
import type { InstanceLog } from '../../instances/types.js';
import { createRateLimiter } from '../../streaming/gate.js';
import { createSelection, type Selection, selects } from '../../streaming/selection.js';
import type { HostFunction } from '../../user-code/host/host-function.js';
import type { ScriptModule } from '../../user-code/javascript/build.js';
import { type FunctionLimits, readLimits } from '../../user-code/limits.js';
import type { FunctionImporter } from '../functions/importer.js';
import { type LoadedBackground, loadBackground } from './background.js';
import type { CameraFrame } from './camera-frame.js';
import type { PipelineInstanceOptions } from './options.js';
import { addImageParameters, type ErrorPolicy, prepareParameters, readErrorPolicy } from './parameters.js';

/** The part of the settings that worker threads need; it survives structured cloning. */
export interface PortableSettings {
  /** Differs for each configuration of an instance. */
  readonly revision: number;
  /** The parameters as JSON, which keeps the literal kinds of numbers. */
  readonly parameters: string;
  readonly background: LoadedBackground | null;
  /** The user's function; null: a built-in one. */
  readonly script: ScriptModule | null;
  readonly notifySuffixes: boolean | readonly string[];
  /** False: the image is not sent, so that its memory may be used again. */
  readonly imageWanted: boolean;
}

/** What a configuration means for the messages of any pipeline. */
export interface MessageSettings {
  readonly parameters: JsonObject;
  readonly policy: ErrorPolicy;
  readonly selection: Selection;
  /** Whether a channel of that name can be sent. */
  selects(name: string): boolean;
  /** Asked just before the work on a frame, with the time in milliseconds. */
  readonly rateLimiter: (now: number) => boolean;
}

/** What it means for images. */
export interface FrameSettings extends MessageSettings {
  readonly portable: PortableSettings;
  /** False: the function could not be imported, and the pipeline ends. */
  readonly hasFunction: boolean;
  /** The user's function in processes of its own; null: a built-in one, or one of JavaScript. */
  readonly hosted: HostFunction | null;
  /** Of a user's function; null: it is a built-in one. */
  readonly limits: FunctionLimits | null;
}

/** A frame and the settings of the moment at which it came. */
export interface FrameInHand {
  readonly frame: CameraFrame;
  readonly settings: FrameSettings;
}

/** @param parameters with the run-time keys */
export function messageSettings(parameters: JsonObject, options: PipelineInstanceOptions): MessageSettings {
  const { include, exclude } = parameters;
  return {
    parameters,
    policy: readErrorPolicy(parameters, options),
    selection: createSelection(include, exclude),
    selects: (name) => selects(include, exclude, name),
    rateLimiter: createRateLimiter(numberOf(parameters.max_frame_rate)),
  };
}

/**
 * Builds the settings of a configuration: parameters, function and background. What is wrong with function or background is
 * logged; the frames then fail.
 * @throws CamServerError when the parameters themselves are unusable
 */
export async function buildSettings(
  config: JsonObject,
  revision: number,
  options: PipelineInstanceOptions,
  importer: FunctionImporter,
  log: InstanceLog,
): Promise<FrameSettings> {
  const parameters = prepareParameters(config, options, 'PUB');
  const imported = await importer.import(parameters);
  const background = await loadBackground(parameters, options.background_folder, (text) => log.warning(text));
  addImageParameters(parameters, {
    functionImported: imported.state === 'named',
    backgroundLoaded: isTruthy(parameters.image_background_enable) ? background.state !== 'failed' : null,
  });
  const settings = messageSettings(parameters, options);
  const { script, hosted } = imported.state === 'named' ? imported : BUILT_IN;
  return {
    ...settings,
    portable: {
      revision,
      parameters: formatJson(parameters),
      background: background.state === 'loaded' ? background.image : null,
      script,
      notifySuffixes: options.notify_on_error,
      imageWanted: settings.selects('image'),
    },
    hasFunction: imported.state !== 'failed',
    hosted,
    limits: script !== null || hosted !== null ? readLimits(parameters) : null,
  };
}

const BUILT_IN = { script: null, hosted: null } as const;
