/**
 * Element types of scaled images, by the rules of NumPy 1: the literal of the number decides, 2 and 2.0 differ.
 */
import type { NumericType } from '../common/dtype.js';

/** A number with the kind of its JSON literal. */
export interface LiteralNumber {
  readonly value: number;
  /** Written with a decimal point or an exponent, or not whole. */
  readonly isFloat: boolean;
}

const UNSIGNED = ['uint8', 'uint16', 'uint32', 'uint64'] as const;
const SIGNED = ['int8', 'int16', 'int32', 'int64'] as const;
const MAXIMUM_FLOAT32 = 3.4028234663852886e38;

/** The type of `image * literal` and `image + literal`; integers wrap in it. */
export function resultType(image: NumericType, { value, isFloat }: LiteralNumber): NumericType {
  if (image === 'float64') return 'float64';
  if (image === 'float32') return fitsFloat32(value, isFloat) ? 'float32' : 'float64';
  if (isFloat) return 'float64';
  const unsigned = UNSIGNED.indexOf(image as (typeof UNSIGNED)[number]);
  if (unsigned >= 0 && value >= 0) return UNSIGNED[Math.max(unsigned, unsignedRank(value))] ?? 'float64';
  const signed = unsigned >= 0 ? unsigned + 1 : SIGNED.indexOf(image as (typeof SIGNED)[number]);
  return SIGNED[Math.max(signed, signedRank(value))] ?? 'float64';
}

function fitsFloat32(value: number, isFloat: boolean): boolean {
  return isFloat ? !(Math.abs(value) > MAXIMUM_FLOAT32) : value >= -0x8000 && value <= 0xffff;
}

/** Position of the smallest type that holds the value; 4 when none does. */
function unsignedRank(value: number): number {
  return UNSIGNED.findIndex((_, rank) => value < 2 ** (8 << rank)) >>> 0;
}

function signedRank(value: number): number {
  return (
    SIGNED.findIndex((_, rank) => value < 2 ** ((8 << rank) - 1) && value >= -(2 ** ((8 << rank) - 1))) >>> 0
  );
}
