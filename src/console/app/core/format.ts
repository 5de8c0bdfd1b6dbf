/** Numbers, ages and rates as operators read them: explicit units, few digits, a dash for what is missing. */
export const MISSING = '–';

const DECIMAL_UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** Powers of 1000 with three significant digits: `44.8 MB`. */
export function formatScaled(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  let scaled = value;
  let index = 0;
  while (Math.abs(scaled) >= 999.5 && index < DECIMAL_UNITS.length - 1) {
    scaled /= 1000;
    index += 1;
  }
  return `${threeDigits(scaled, index === 0)} ${DECIMAL_UNITS[index]}${unit}`;
}

function threeDigits(value: number, whole: boolean): string {
  if (whole && Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

export const formatBytes = (value: number | null | undefined): string => formatScaled(value, 'B');
export const formatByteRate = (value: number | null | undefined): string => formatScaled(value, 'B/s');

/** Rate of messages: `46.8 Hz`, `5.00 Hz`. */
export function formatHertz(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return `${value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)} Hz`;
}

export function formatPercent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return `${value < 9.95 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** Group separators of a narrow space: `1 234 567`. */
export function formatInteger(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

const DURATION_UNITS: readonly [seconds: number, letter: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** The two largest units: `3 d 2 h`, `12 min 5 s`, `40 s`; tenths below ten seconds. @param milliseconds of any sign */
export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return MISSING;
  const total = Math.max(0, milliseconds) / 1000;
  if (total < 9.95) return `${total.toFixed(1)} s`;
  const seconds = Math.round(total);
  const first = DURATION_UNITS.findIndex(([size]) => seconds >= size);
  const [size, letter] = DURATION_UNITS[first]!;
  const whole = Math.floor(seconds / size);
  const next = DURATION_UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds - whole * size) / next[0]);
  return rest === 0 ? `${whole} ${letter}` : `${whole} ${letter} ${rest} ${next![1]}`;
}

/** A measured value with about five significant digits, without the noise of floating point. */
export function formatNumber(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'number') return value === null || value === undefined ? MISSING : String(value);
  if (!Number.isFinite(value)) return MISSING;
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size >= 1e5 && size < 1e6) return value.toFixed(0);
  if (size >= 1e6 || size < 1e-3) return value === 0 ? '0' : value.toExponential(3).replace('e+', 'e');
  return value
    .toPrecision(5)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** Local date and time with the zone of the browser: `2026-11-25 14:02:11`. */
export function formatTime(milliseconds: number | null | undefined, withDate = true): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return MISSING;
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (!withDate) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** `1280x960x2` → `1280 × 960` */
export function formatShape(shape: string | null): string {
  if (shape === null || shape === '') return MISSING;
  const [width, height] = shape.split('x');
  return height === undefined ? shape : `${width} × ${height}`;
}

/** One record as a line of CSV; RFC 4180. */
export function csvLine(cells: readonly unknown[]): string {
  return cells
    .map((cell) => {
      const text = cell === null || cell === undefined ? '' : String(cell);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}
