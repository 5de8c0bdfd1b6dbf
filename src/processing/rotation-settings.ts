/**
 * The parameter `rotation`: a number of degrees, or an object of angle, order and mode.
 */
import { CamServerError } from '../common/errors.js';
import type { JsonObject, JsonValue } from '../common/json.js';
import { isJsonObject, isTruthy, numberOf } from '../common/leniency.js';
import type { BoundaryMode, RotationOptions } from './kernels.js';

export type RotationSettings =
  | { readonly kind: 'ortho' /** Counter-clockwise quarter turns, 0 to 3. */; readonly turns: number }
  | { readonly kind: 'spline'; readonly options: RotationOptions };

const BOUNDARY_MODES: readonly BoundaryMode[] = [
  'constant',
  'nearest',
  'mirror',
  'reflect',
  'wrap',
  'grid-wrap',
  'grid-mirror',
  'grid-constant',
];

const DEFAULT_MODE = '0.0';
const MAXIMUM_ORDER = 5;

/**
 * The complete form of the parameter, as it appears in `processing_parameters`; null when there is nothing to rotate: no
 * angle, angle 0, or an angle that is no number.
 */
export function normaliseRotation(value: JsonValue | undefined): JsonObject | null {
  const { angle = null, order = null, mode = null } = isJsonObject(value) ? value : { angle: value };
  const isOrtho = mode === 'ortho';
  if (isOrtho && typeof angle === 'string') throw invalid(`the angle "${angle}" is a text, not a number`);
  if (typeof angle !== 'number' || angle === 0 || !Number.isFinite(angle)) return null;
  return { angle, order: isTruthy(order) ? order : 1, mode: isTruthy(mode) ? mode : DEFAULT_MODE };
}

/** @throws CamServerError `INVALID_ROTATION` for an unknown mode or order */
export function readRotation(value: JsonValue | undefined): RotationSettings | null {
  const normalised = normaliseRotation(value);
  if (normalised === null) return null;
  const angle = normalised.angle as number;
  const mode = String(normalised.mode);
  if (mode === 'ortho') return { kind: 'ortho', turns: quarterTurns(angle) };
  const order = numberOf(normalised.order);
  if (order === null || Math.trunc(order) < 1 || Math.trunc(order) > MAXIMUM_ORDER) {
    throw invalid(`spline order not supported: ${normalised.order}. It must be from 1 to ${MAXIMUM_ORDER}`);
  }
  return { kind: 'spline', options: { angle, order: Math.trunc(order), ...boundary(mode) } };
}

/** Angles that are no multiples of 90 degrees are cut: 100 is one turn, 45 none, -100 three. */
function quarterTurns(angle: number): number {
  return ((Math.trunc(angle / 90) % 4) + 4) % 4;
}

/** A mode that is a number fills with it what lies outside. */
function boundary(mode: string): Pick<RotationOptions, 'mode' | 'fill'> {
  const fill = fillValue(mode);
  if (fill !== null) return { mode: 'constant', fill };
  if (BOUNDARY_MODES.includes(mode as BoundaryMode)) return { mode: mode as BoundaryMode, fill: 0 };
  throw invalid(
    `boundary mode not supported: "${mode}". It must be ortho, ${BOUNDARY_MODES.join(', ')} or a number`,
  );
}

function fillValue(mode: string): number | null {
  const special = /^\s*([+-]?)(nan|inf|infinity)\s*$/i.exec(mode);
  if (special === null) return numberOf(mode);
  if (special[2].toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function invalid(reason: string): CamServerError {
  return new CamServerError('INVALID_ROTATION', `Invalid rotation: ${reason}.`);
}
