/** Which values the colours span, and how they are bent. */
export type RangeMode = 'auto' | 'full' | 'manual';
export type Scaling = 'linear' | 'sqrt' | 'log';

export interface DisplayRange {
  readonly low: number;
  readonly high: number;
}

/** `auto`, `full`, or `120..4095`. */
export function parseRange(text: string): { mode: RangeMode; manual: DisplayRange | null } {
  if (text === 'full') return { mode: 'full', manual: null };
  const match = /^(-?[\d.e+-]+)\.\.(-?[\d.e+-]+)$/i.exec(text);
  const [low, high] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || !Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    return { mode: 'auto', manual: null };
  }
  return { mode: 'manual', manual: { low, high } };
}

export function formatRange(mode: RangeMode, manual: DisplayRange | null): string {
  if (mode === 'manual' && manual !== null) return `${manual.low}..${manual.high}`;
  return mode === 'full' ? 'full' : '';
}

/** Follows the automatic range slowly enough not to flicker; jumps when the picture became another one. */
export function smoothed(before: DisplayRange | null, next: DisplayRange, share: number): DisplayRange {
  if (before === null) return next;
  const span = Math.max(before.high - before.low, next.high - next.low, 1e-12);
  if (Math.abs(next.high - before.high) > span * 0.5 || Math.abs(next.low - before.low) > span * 0.5)
    return next;
  return {
    low: before.low + (next.low - before.low) * share,
    high: before.high + (next.high - before.high) * share,
  };
}

/** Place between 0 and 1 of a value in the range; below 0 and above 1 outside of it. */
export function placeInRange(value: number, { low, high }: DisplayRange, scaling: Scaling): number {
  const place = (value - low) / Math.max(high - low, 1e-12);
  if (place <= 0 || place >= 1) return place;
  if (scaling === 'sqrt') return Math.sqrt(place);
  return scaling === 'log' ? Math.log1p(place * 1000) / Math.log1p(1000) : place;
}
