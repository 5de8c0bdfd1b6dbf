/**
 * The stored document of a camera: defaults, expansion, and the checks whose texts clients know (`docs/cameras.md`).
 */
import { CamServerError } from '../common/errors.js';
import { cloneJson, type JsonObject, parseJson } from '../common/json.js';
import { isJsonObject, overlayDefaults, quotedList, requireKeys } from '../common/leniency.js';

export const SOURCE_TYPES = [
  'epics',
  'simulation',
  'bsread',
  'area_detector',
  'bsread_simulation',
  'stream',
  'hdf5',
  'array10',
  'bschannel',
  'stddaq',
  'script',
] as const;

export type SourceType = (typeof SOURCE_TYPES)[number];

const ROOT_DEFAULTS: JsonObject = {
  camera_calibration: null,
  mirror_x: false,
  mirror_y: false,
  rotate: 0,
  roi: null,
  image_background: null,
  source_type: 'epics',
};

/** Parsed from text, so that whole floats are written `100.0`, as clients have always seen them. */
const CALIBRATION_DEFAULTS = parseJson(`{
  "reference_marker": [0, 0, 100, 100],
  "reference_marker_width": 100.0,
  "reference_marker_height": 100.0,
  "angle_horizontal": 0.0,
  "angle_vertical": 0.0
}`) as JsonObject;

/** The names under which a camera cannot be reached, because a route of the camera family has them. */
export const RESERVED_CAMERA_NAMES: readonly string[] = [
  'info',
  'heartbeat',
  'version',
  'aliases',
  'groups',
  'script',
  'config_names',
];

/**
 * Overlays the defaults with every key that is not null; so null restores a default, and null under another key disappears.
 * Unknown keys stay. A calibration object is completed in the same way.
 * @param config is not changed
 */
export function expandCameraConfiguration(config: JsonObject): JsonObject {
  const expanded = overlayDefaults(ROOT_DEFAULTS, config);
  if (isJsonObject(expanded.camera_calibration)) {
    expanded.camera_calibration = overlayDefaults(
      cloneJson(CALIBRATION_DEFAULTS),
      expanded.camera_calibration,
    );
  }
  return expanded;
}

/**
 * Checks what every stored camera must have, with the texts of the contract.
 * @throws CamServerError `INVALID_CONFIGURATION`
 */
export function validateCameraConfiguration(config: JsonObject): void {
  if (Object.keys(config).length === 0) throw invalid('Config object cannot be empty. Config: {}');
  if (!Object.hasOwn(config, 'source')) throw invalid("'source' not specified in configuration.");
  requireKeys(config, ROOT_DEFAULTS, 'configuration');
  if (isJsonObject(config.camera_calibration)) {
    requireKeys(config.camera_calibration, CALIBRATION_DEFAULTS, 'camera_calibration');
  }
  if (config.source_type === null) throw invalid('Undefined source_type');
  if (!SOURCE_TYPES.includes(config.source_type as SourceType)) {
    throw invalid(`Invalid source_type '${config.source_type}'. Available: ${quotedList(SOURCE_TYPES)}.`);
  }
}

/** Expands and validates in one go: what happens on load, on save and on every update. */
export function prepareCameraConfiguration(config: JsonObject): JsonObject {
  const expanded = expandCameraConfiguration(config);
  validateCameraConfiguration(expanded);
  return expanded;
}

function invalid(message: string): CamServerError {
  return new CamServerError('INVALID_CONFIGURATION', message);
}
